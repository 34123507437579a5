// Tells clients where this server is reached.
// spec: client-server-api, GET /.well-known/matrix/client

import { getWellknown } from '#api/client/get-wellknown.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleGetWellknown = handler(getWellknown, ({ baseUrl }) => () => {
  if (baseUrl === undefined) throw notFound('This server does not say where it is reached. Ask for its address.')
  return { 'm.homeserver': { base_url: baseUrl } }
})
