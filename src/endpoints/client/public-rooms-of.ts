// The directory of any server, as its users and ours see it.
// spec: client-server-api #published-room-directory (server)

import { matrixErrorOf } from '#federation/transport/transport.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import {
  type DirectoryAsked,
  directoryLimit,
  ownPublicRooms,
  publicRoomsAnswer,
  refuseNetworkAmongAll,
} from './public-rooms-answer.ts'
import type { WithDirectories } from './rooms-modules.ts'

/** @throws 400, and 403, 404 or 502 for what the other server says or does not say. */
export async function publicRoomsOf(
  { rooms, federation }: WithDirectories,
  server: ServerName,
  asked: DirectoryAsked,
  signal: AbortSignal,
) {
  if (server === federation.serverName) return ownPublicRooms(rooms, asked)
  refuseNetworkAmongAll(asked)
  const request = {
    limit: directoryLimit(asked.limit),
    since: asked.since,
    searchTerm: asked.filter?.generic_search_term,
    roomTypes: asked.filter?.room_types,
    includeAllNetworks: asked.include_all_networks,
    thirdPartyInstanceId: asked.third_party_instance_id,
  }
  const answer = await federation.getPublicRooms(server, request, signal)
  if (!answer.ok) throw matrixErrorOf(answer.failure)
  return publicRoomsAnswer(answer.value)
}
