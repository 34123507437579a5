// Takes an alias away.
// spec: client-server-api, DELETE /_matrix/client/v3/directory/room/{roomAlias}

import { refuseGuest, type Session } from '#accounts/accounts.ts'
import { deleteRoomAlias } from '#api/client/delete-room-alias.ts'
import { forbidden, MatrixError, notFound } from '#protocol/errors/errors.ts'
import type { RoomAlias, RoomId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, type JsonObject, stringAt, withMember, withoutMembers } from '#protocol/json/json.ts'
import type { Rooms } from '#rooms/rooms.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleDeleteRoomAlias = handler(deleteRoomAlias, ({ rooms }: WithRooms) => async ({ params, session }) => {
  refuseGuest(session)
  const { roomAlias } = params
  const alias = await rooms.aliases.get(roomAlias)
  if (alias === undefined) throw notFound('This server has no such alias. Check its spelling.')
  const { roomId, creator } = alias
  const isOwner = creator === session.userId || session.isAdmin
  if (!isOwner && !(await rooms.maySendState(roomId, session.userId, 'm.room.canonical_alias'))) {
    throw forbidden('alias/not-yours', 'Only who made an alias, or moderators of its room, can take it away.')
  }
  await rooms.aliases.remove(roomAlias)
  await forgetInRoom(rooms, roomId, roomAlias, session)
  return {}
})

/** The room no longer speaks of the alias, where the user may say so in the room. */
async function forgetInRoom(rooms: Rooms, roomId: RoomId, alias: RoomAlias, { userId }: Session): Promise<void> {
  const key = { type: 'm.room.canonical_alias', stateKey: '' }
  const content = (await rooms.currentState(roomId, [key]))?.get(key.type, key.stateKey)?.content
  const without = content && withoutAlias(content, alias)
  if (without === undefined) return
  try {
    await rooms.send(roomId, { ...key, sender: userId, content: without })
  } catch (error) {
    // Not a member, or not allowed to: the alias is gone all the same.
    if (!(error instanceof MatrixError)) throw error
  }
}

/** Undefined when the content does not name the alias. */
function withoutAlias(content: JsonObject, alias: RoomAlias): JsonObject | undefined {
  const others = arrayAt(content, 'alt_aliases') ?? []
  const left = others.filter((other) => other !== alias)
  const isMain = stringAt(content, 'alias') === alias
  if (!isMain && left.length === others.length) return undefined
  const rest = isMain ? withoutMembers(content, 'alias') : content
  return left.length > 0 ? withMember(rest, 'alt_aliases', left) : withoutMembers(rest, 'alt_aliases')
}
