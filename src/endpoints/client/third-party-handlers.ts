// The handlers of questions about networks behind bridges.
// spec: client-server-api #third-party-networks

import type { Handler } from '../handler.ts'
import { handleGetProtocolMetadata } from './get-protocol-metadata.ts'
import { handleGetProtocols } from './get-protocols.ts'
import { handleQueryLocationByAlias } from './query-location-by-alias.ts'
import { handleQueryLocationByProtocol } from './query-location-by-protocol.ts'
import { handleQueryUserByID } from './query-user-by-id.ts'
import { handleQueryUserByProtocol } from './query-user-by-protocol.ts'

export const thirdPartyHandlers: readonly Handler<object>[] = [
  handleGetProtocols,
  handleGetProtocolMetadata,
  handleQueryLocationByAlias,
  handleQueryLocationByProtocol,
  handleQueryUserByID,
  handleQueryUserByProtocol,
]
