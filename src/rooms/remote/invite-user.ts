// Invites a user of another server: that server must sign the invite before the room sees it.
// spec: server-server-api #inviting-to-a-room

import { matrixErrorOf } from '#federation/transport/transport.ts'
import { connectionFailed } from '#protocol/errors/errors.ts'
import { serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { federationFormOf, strippedStateOf, strippedStateTypes } from '#protocol/stripped-state/stripped-state.ts'
import type { MembershipChange } from '../membership.ts'
import { receiveEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import { draftEvent, refuseUnlessAllowed } from '../send-event.ts'
import { verifyPdus } from './verify-pdus.ts'

/** Builds the invite, has it signed by the invited user's server, and takes it into the room. @throws 403, 502 */
export async function inviteRemoteUser(engine: Engine, invite: MembershipChange): Promise<void> {
  const { roomId, sender, target, reason } = invite
  const content = { ...invite.content, membership: 'invite', ...(reason !== undefined && { reason }) }
  const draft = { type: 'm.room.member', stateKey: target, sender, content }
  const built = await engine.turn(roomId, async (room) => ({
    result: await draftEvent(engine, room, engine.append(room), draft),
    durable: Promise.resolve(),
  }))
  const version = built.event.version
  const server = serverNameOf(target)
  const answer = await engine.parts.transport.invite(server, {
    roomId,
    eventId: built.event.eventId,
    roomVersion: version.id,
    event: built.event.pdu,
    inviteRoomState: await strippedForServer(engine, invite, sender),
  })
  if (!answer.ok) throw matrixErrorOf(answer.failure)
  const verified = await verifyPdus(engine, [answer.value.event], { roomId, version })
  const signed = verified.events.get(built.event.eventId)
  if (!signed) throw connectionFailed(`The server ${server} changed the invitation. Tell its operator.`)
  const received = await engine.turn(roomId, receiveEvent(engine, signed))
  if ('verdict' in received) refuseUnlessAllowed(received.verdict)
}

/** What the invited user is shown of the room: whole events, so that the other server can check them. */
async function strippedForServer(engine: Engine, { roomId }: MembershipChange, inviter: UserId) {
  const room = await engine.room(roomId)
  if (!room?.committed.state) return []
  const keys = [
    ...strippedStateTypes.map((type) => ({ type, stateKey: '' })),
    { type: 'm.room.member', stateKey: inviter },
  ]
  const state = await engine.stateEventsAt(room.committed.state, keys)
  return federationFormOf(strippedStateOf(state, inviter))
}
