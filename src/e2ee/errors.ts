// Errors that only keys have.
// spec: client-server-api #cross-signing (M_INVALID_SIGNATURE)

import { MatrixError } from '#protocol/errors/errors.ts'

/** 400 `M_INVALID_SIGNATURE`. */
export const invalidSignature = (message: string) =>
  new MatrixError({ status: 400, errcode: 'M_INVALID_SIGNATURE', message })
