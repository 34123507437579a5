// Requests between servers, signed in the Authorization header. Face of the folder.
// spec: server-server-api #request-authentication

export type { SignedRequest } from './sign-request.ts'
export { requestToSign, signRequest, verifyRequest } from './sign-request.ts'
export type { XMatrix } from './x-matrix.ts'
export { formatXMatrix, parseXMatrix } from './x-matrix.ts'
