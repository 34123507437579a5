// What a server in the room drafts for another: make_join, make_leave, make_knock.
// spec: server-server-api #joining-rooms, #leaving-rooms-rejecting-invites, #knocking-rooms

import { forbidden, incompatibleRoomVersion, notFound } from '#protocol/errors/errors.ts'
import { type RoomId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, withoutMembers } from '#protocol/json/json.ts'
import { voucherFor } from '../membership.ts'
import { refuseUnlessAclAllows } from '../remote/room-acl.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import { draftEvent } from '../send-event.ts'

export interface TemplateRequest {
  readonly origin: ServerName
  readonly roomId: RoomId
  readonly userId: UserId
  readonly membership: 'join' | 'leave' | 'knock'
  /** Versions the other server supports; undefined: not asked. */
  readonly versions?: readonly string[] | undefined
}

/**
 * The draft of a member event of another server's user: unsigned, and already authorized.
 *
 * @throws 404 for a room that we are not in, 403 for a user of a third server or where the rules refuse, 400
 * `M_INCOMPATIBLE_ROOM_VERSION` with the room's version.
 */
export async function makeTemplate(
  engine: Engine,
  request: TemplateRequest,
): Promise<{ roomVersion: string; event: JsonObject }> {
  const room = await residentRoom(engine, request.roomId)
  await refuseUnlessAclAllows(engine, room, request.origin)
  const { version } = room.head
  if (serverNameOf(request.userId) !== request.origin) {
    throw forbidden('make/other-server', 'A server can only act for its own users.')
  }
  if (request.versions && !request.versions.includes(version.id)) {
    throw incompatibleRoomVersion('Your homeserver does not support the room version of this room.', {
      room_version: version.id,
    })
  }
  if (request.membership === 'knock' && !version.knocking) {
    throw forbidden('knock/version', 'Rooms of this version cannot be knocked on. Ask for an invitation.')
  }
  const content: JsonObject = { membership: request.membership }
  const voucher = request.membership === 'join' ? await voucherFor(engine, request.roomId, request.userId) : undefined
  if (voucher !== undefined) content['join_authorised_via_users_server'] = voucher
  const { event } = await engine.turn(request.roomId, async (hot) => ({
    result: await draftEvent(engine, hot, engine.append(hot), {
      type: 'm.room.member',
      stateKey: request.userId,
      sender: request.userId,
      content,
    }),
    durable: Promise.resolve(),
  }))
  return { roomVersion: version.id, event: withoutMembers(event.pdu, 'hashes', 'signatures', 'unsigned') }
}

/** A room that we are in. @throws 404 */
export async function residentRoom(engine: Engine, roomId: RoomId): Promise<HotRoom> {
  const room = await engine.room(roomId)
  if (room?.committed.servers.has(engine.parts.serverName)) return room
  throw notFound('This server is not in the room.')
}
