// Tells whom to ask for help, and whom to tell of a weakness.
// spec: client-server-api, GET /.well-known/matrix/support

import { getWellknownSupport } from '#api/client/get-wellknown-support.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleGetWellknownSupport = handler(getWellknownSupport, ({ support }) => () => {
  const { contacts, page } = support
  if (contacts.length === 0 && page === undefined) throw notFound('This server does not say whom to ask for help.')
  return {
    ...(contacts.length > 0 && {
      contacts: contacts.map(({ role, emailAddress, matrixId }) => ({
        role,
        ...(emailAddress !== undefined && { email_address: emailAddress }),
        ...(matrixId !== undefined && { matrix_id: matrixId }),
      })),
    }),
    ...(page !== undefined && { support_page: page }),
  }
})
