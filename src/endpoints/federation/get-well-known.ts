// Tells other servers where this one is.
// spec: server-server-api, GET /.well-known/matrix/server

import { getWellKnown } from '#api/federation/get-well-known.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithFederationAddress } from './federation-modules.ts'

export const handleGetWellKnown = handler(getWellKnown, ({ federationAddress }: WithFederationAddress) => () => {
  if (federationAddress === undefined) throw notFound('This server is at port 8448 of its name, or where DNS says.')
  return { 'm.server': federationAddress }
})
