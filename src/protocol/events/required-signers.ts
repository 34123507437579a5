// Whose signatures an event must carry.
// spec: server-server-api #validating-hashes-and-signatures-on-received-events; rooms/v8 rule 4.2 (5.2 since v12)

import { parseUserId, type ServerName, serverNameOf, serverOfEventId } from '#protocol/identifiers/identifiers.ts'
import { member, stringAt } from '#protocol/json/json.ts'
import type { RoomEvent } from './room-event.ts'

/**
 * The servers that must have signed an event: the sender's, in v1 and v2 the one in the event ID, and since v8 the one that vouched
 * for a restricted join. An invite of a third-party identifier need not be signed by its sender's server, since the invited server
 * may send it. Undefined: nobody can sign this event validly.
 */
export function requiredSigners(event: RoomEvent): readonly ServerName[] | undefined {
  const servers = new Set<ServerName>()
  if (!isThirdPartyInvite(event)) servers.add(serverNameOf(event.sender))
  if (event.version.eventIdFormat === 'field') {
    const named = serverOfEventId(event.eventId)
    if (named !== undefined) servers.add(named)
  }
  if (isVouchedFor(event)) {
    const voucher = parseUserId(stringAt(event.content, 'join_authorised_via_users_server') ?? '')
    if (voucher === undefined) return undefined
    servers.add(serverNameOf(voucher))
  }
  return [...servers]
}

const isThirdPartyInvite = ({ type, content }: RoomEvent): boolean =>
  type === 'm.room.member' &&
  member(content, 'membership') === 'invite' &&
  member(content, 'third_party_invite') !== undefined

const isVouchedFor = ({ type, content, version }: RoomEvent): boolean =>
  version.restrictedJoin &&
  type === 'm.room.member' &&
  member(content, 'join_authorised_via_users_server') !== undefined
