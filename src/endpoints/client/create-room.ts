// Makes a room.
// spec: client-server-api, POST /_matrix/client/v3/createRoom

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { createRoom } from '#api/client/create-room.ts'
import { forbidden, invalidParam, MatrixError, unsupportedRoomVersion } from '#protocol/errors/errors.ts'
import {
  parseRoomAlias,
  type RoomAlias,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import type { MembershipChange, Rooms } from '#rooms/rooms.ts'
import { handler } from '../handler.ts'
import { refuseBlockedInvite } from './invite-permission.ts'
import { memberContent } from './member-content.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleCreateRoom = handler(
  createRoom,
  ({ accounts, rooms }: WithRooms) =>
    async ({ body, session, serverName }) => {
      refuseGuest(session)
      refuseSuspended(session)
      if ((body.invite_3pid?.length ?? 0) > 0) {
        throw forbidden('invite/third-party', 'This server invites by user ID only. Leave the addresses out.')
      }
      const version = roomVersion(body.room_version ?? accounts.defaultRoomVersion)
      if (!version) throw unsupportedRoomVersion('This server does not support that room version. Ask for another one.')
      const { userId } = session
      const invite = [...new Set(body.invite ?? [])].filter((target) => target !== userId)
      for (const target of invite) await refuseBlockedInvite(accounts, target, serverName)

      const roomId = await rooms.create({
        creator: userId,
        version: version.id,
        preset: body.preset ?? (body.visibility === 'public' ? 'public_chat' : 'private_chat'),
        creationContent: body.creation_content,
        powerLevelContentOverride: body.power_level_content_override,
        initialState: body.initial_state?.map(({ type, state_key, content }) => ({
          type,
          stateKey: state_key ?? '',
          content,
        })),
        name: body.name,
        topic: body.topic,
        alias: body.room_alias_name === undefined ? undefined : aliasOf(body.room_alias_name, serverName),
        invite,
        isDirect: body.is_direct,
        profileOf: (user) => memberContent(accounts, user),
      })
      if (body.visibility === 'public') await rooms.publish(roomId, true)
      const content: JsonObject = body.is_direct === true ? { is_direct: true } : {}
      const change = { roomId, sender: userId, membership: 'invite', content } as const
      await inviteElsewhere(
        rooms,
        change,
        invite.filter((target) => serverNameOf(target) !== serverName),
      )
      return { room_id: roomId }
    },
)

function aliasOf(localpart: string, serverName: ServerName): RoomAlias {
  const alias = localpart.includes(':') ? undefined : parseRoomAlias(`#${localpart}:${serverName}`)
  if (alias === undefined) throw invalidParam('room_alias_name must be an alias without # and server, such as kansli.')
  return alias
}

/** The room is there whether or not other servers take their invites: the creator sees in the room who was invited. */
async function inviteElsewhere(
  rooms: Rooms,
  change: Omit<MembershipChange, 'target'>,
  targets: readonly UserId[],
): Promise<void> {
  for (const target of targets) {
    try {
      await rooms.invite({ ...change, target })
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error
    }
  }
}
