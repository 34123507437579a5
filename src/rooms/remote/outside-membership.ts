// Memberships in rooms that we are not in: invites and knocks that we keep with a few events of state, and their end.
// spec: server-server-api #inviting-to-a-room, #knocking-rooms, #leaving-rooms-rejecting-invites

import { write } from '#platform/stream/stream.ts'
import { serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { type Membership, membershipCodes } from '../state/state-map.ts'
import { eventFlags, eventWriter, membershipWriter } from '../store/event-writers.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { checkedTemplate, completeDraft, type RemoteMembership, supported, Tried, throughServers } from './join-room.ts'

/**
 * Keeps a membership event of one of our users in a room that we are not in; the user's clients learn of it. What it names is not here, so nobody
 * can judge it: it is in no auth graph yet (`isInAuthGraph`).
 */
export function keepOutsideMembership(
  engine: Engine,
  room: HotRoom,
  { event, json }: VerifiedEvent,
  membership: Membership,
  strippedState: readonly Json[] | undefined,
): Promise<void> {
  return engine.turn(room.head.roomId, async () => {
    await engine.numbers.reserve(1)
    const before = await engine.log.byId(event.eventId)
    const nid = before?.nid ?? engine.numbers.take()
    const userId = event.stateKey as UserId
    const row = {
      eventNid: nid,
      eventId: event.eventId,
      roomNid: room.head.roomNid,
      position: null,
      depth: event.depth,
      originServerTs: event.originServerTs,
      receivedTs: engine.parts.clock.now(),
      type: event.type,
      stateKey: userId,
      sender: event.sender,
      flags: eventFlags.outlier,
      stateBefore: null,
      stateAfter: null,
      stateCurrent: null,
      deviceId: null,
      txnId: null,
      authNids: [],
      chainId: null,
      chainSeq: null,
      json,
    }
    const membershipRow = {
      roomNid: room.head.roomNid,
      userId,
      membership: membershipCodes[membership],
      eventNid: nid,
      local: true,
      strippedState: strippedState ? JSON.stringify(strippedState) : null,
    }
    // Waited for within the turn: whoever is next must find the event under this number.
    await engine.parts.stream.append({
      facts: [{ kind: 'membership', room: room.head.roomId, user: userId }],
      rows: [write(eventWriter, row), write(membershipWriter, membershipRow, 0)],
    })
    return { result: undefined, durable: Promise.resolve() }
  })
}

/** Knocks through a server in the room, and keeps the knock. */
export async function knockRemoteRoom(engine: Engine, knock: RemoteMembership): Promise<void> {
  const { roomId, userId } = knock
  return throughServers(engine, knock.servers, async (server) => {
    const versions = roomVersions.map(({ id }) => id)
    const made = await engine.parts.transport.makeKnock(server, { roomId, userId, versions })
    if (!made.ok) throw new Tried(made.failure)
    const version = supported(made.value)
    const built = completeDraft(engine, version, checkedTemplate(made.value, knock, 'knock'))
    const { eventId, pdu } = built.event
    const sent = await engine.parts.transport.sendKnock(server, { roomId, eventId, event: pdu })
    if (!sent.ok) throw new Tried(sent.failure)
    const room = await engine.enter(roomId, version)
    await keepOutsideMembership(engine, room, built, 'knock', sent.value.knockRoomState)
  })
}

/**
 * Ends an invite or a knock: tells the room through a server in it, and where nobody answers ends it here alone, so that a user can
 * always get rid of an invite.
 */
export async function leaveOutsideRoom(engine: Engine, leave: RemoteMembership): Promise<void> {
  const { roomId, userId } = leave
  const room = await engine.room(roomId)
  if (!room) return
  const row = await engine.parts.database.one(membershipInRoom, room.head.roomNid, userId)
  const current = row && (await engine.log.byNid(row.event_nid))
  if (!current) return
  const servers = [...leave.servers, serverNameOf(current.event.sender)]
  const left = await tellOthers(engine, { ...leave, servers }).catch(() => undefined)
  await keepOutsideMembership(engine, room, left ?? leaveHere(engine, current, leave), 'leave', undefined)
}

async function tellOthers(engine: Engine, leave: RemoteMembership): Promise<VerifiedEvent> {
  const { roomId, userId } = leave
  return throughServers(engine, leave.servers, async (server) => {
    const made = await engine.parts.transport.makeLeave(server, { roomId, userId })
    if (!made.ok) throw new Tried(made.failure)
    const built = completeDraft(engine, supported(made.value), checkedTemplate(made.value, leave, 'leave'))
    const { eventId, pdu } = built.event
    const sent = await engine.parts.transport.sendLeave(server, { roomId, eventId, event: pdu })
    if (!sent.ok) throw new Tried(sent.failure)
    return built
  })
}

/** A leave that nobody else will see: it stands for the end of the invite in our own records. */
function leaveHere(engine: Engine, current: KnownEvent, leave: RemoteMembership): VerifiedEvent {
  const { event } = current
  const pdu = {
    ...event.pdu,
    sender: leave.userId,
    content: { ...leave.content, membership: 'leave' },
    depth: event.depth + 1,
  }
  return completeDraft(engine, event.version, pdu)
}
