// Joins a room through a server that is in it.
// spec: server-server-api #joining-rooms

import { type Failure, matrixErrorOf, type Template } from '#federation/transport/transport.ts'
import { connectionFailed, forbidden, incompatibleRoomVersion, MatrixError, notFound } from '#protocol/errors/errors.ts'
import { hashAndSign } from '#protocol/events/events.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt, stringAt, withMember } from '#protocol/json/json.ts'
import { type RoomVersion, roomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { ownKey } from '../extremities.ts'
import { judge, type VerifiedEvent } from '../receive-event.ts'
import type { Engine, Turn } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import { givenState } from './given-state.ts'
import { takeOutliers } from './take-outliers.ts'
import { verifyPdus } from './verify-pdus.ts'

export interface RemoteMembership {
  readonly roomId: RoomId
  readonly userId: UserId
  /** Servers to ask, the likeliest first. */
  readonly servers: readonly ServerName[]
  /** Display name, avatar, reason. */
  readonly content: JsonObject
}

/** More servers than this are not asked: each may cost a wait. */
const MOST_SERVERS = 10

/**
 * Joins through the first server that lets us in. Returns when the room is here and the join is durable.
 *
 * @throws the refusal of the last server that answered; 404 when there is nobody to ask; 502 when nobody answers.
 */
export async function joinRemoteRoom(engine: Engine, join: RemoteMembership): Promise<void> {
  return throughServers(engine, join.servers, async (server) => {
    const { template, version } = await templateFrom(engine, server, join)
    const draft = checkedTemplate(template, join, 'join')
    const built = completeDraft(engine, version, draft)
    const sent = await engine.parts.transport.sendJoin(server, {
      roomId: join.roomId,
      eventId: built.event.eventId,
      event: built.event.pdu,
    })
    if (!sent.ok) throw new Tried(sent.failure)
    const { state, authChain, event } = sent.value
    const room = { roomId: join.roomId, version }
    const joins = await verifyPdus(engine, [event ?? built.event.pdu], room)
    const signed = joins.events.get(built.event.eventId) ?? built
    const verified = await verifyPdus(engine, [...authChain, ...state], room)
    const stateIds = new Set(verified.ids.slice(authChain.length))
    const hot = await engine.enter(join.roomId, version)
    await engine.turn(hot.head.roomId, enterWith(engine, signed, verified.events, stateIds))
  })
}

/** Tries one server after the other; a refusal that another server cannot change ends it. */
export async function throughServers<Result>(
  engine: Engine,
  servers: readonly ServerName[],
  attempt: (server: ServerName) => Promise<Result>,
): Promise<Result> {
  const others = [...new Set(servers)].filter((server) => server !== engine.parts.serverName).slice(0, MOST_SERVERS)
  let last: MatrixError = notFound(
    'No server is known that is in the room. Ask for an invitation, or for an address with a server.',
  )
  for (const server of others) {
    try {
      return await attempt(server)
    } catch (error) {
      if (error instanceof Tried) last = matrixErrorOf(error.failure)
      else if (error instanceof MatrixError) last = error
      else throw error
    }
  }
  throw last
}

/** One server's failure, on the way to the next. */
export class Tried extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(`The server ${failure.destination} could not be used.`)
    this.failure = failure
  }
}

async function templateFrom(engine: Engine, server: ServerName, { roomId, userId }: RemoteMembership) {
  const versions = roomVersions.map(({ id }) => id)
  const made = await engine.parts.transport.makeJoin(server, { roomId, userId, versions })
  if (!made.ok) throw new Tried(made.failure)
  return { template: made.value, version: supported(made.value) }
}

export function supported(template: Template): RoomVersion {
  const version = roomVersion(template.roomVersion)
  if (version) return version
  throw incompatibleRoomVersion('The room has a version that this server does not support.', {
    room_version: template.roomVersion,
  })
}

/** The draft as an event of ours: with our time, our signature and, in rooms of version 1 and 2, an ID of ours. */
export function completeDraft(engine: Engine, version: RoomVersion, draft: JsonObject): VerifiedEvent {
  const { serverName, clock, random, crypto, signingKey } = engine.parts
  const dated = withMember(draft, 'origin_server_ts', clock.now())
  const named =
    version.eventIdFormat === 'field' ? withMember(dated, 'event_id', `$${random.text(18)}:${serverName}`) : dated
  return hashAndSign(named, { version, serverName, crypto, signingKey: signingKey() })
}

/** What another server drafted must be what we asked for: our user's membership in that room, and nothing else. */
export function checkedTemplate(template: Template, asked: RemoteMembership, membership: string): JsonObject {
  const { event } = template
  const content = objectAt(event, 'content') ?? {}
  const isRight =
    stringAt(event, 'type') === 'm.room.member' &&
    stringAt(event, 'sender') === asked.userId &&
    stringAt(event, 'state_key') === asked.userId &&
    stringAt(event, 'room_id') === asked.roomId &&
    stringAt(content, 'membership') === membership
  if (!isRight)
    throw connectionFailed('The other server drafted something else than was asked for. Try another server.')
  const voucher = stringAt(content, 'join_authorised_via_users_server')
  const ours: JsonObject = { ...asked.content, membership }
  if (voucher !== undefined) ours['join_authorised_via_users_server'] = voucher
  return withMember(event, 'content', ours)
}

/** The turn that makes the room ours: all events stored, the state built, the join on top. */
const enterWith =
  (
    engine: Engine,
    join: VerifiedEvent,
    given: ReadonlyMap<EventId, VerifiedEvent>,
    stateIds: ReadonlySet<EventId | undefined>,
  ) =>
  async (room: HotRoom): Promise<Turn<void>> => {
    const taken = await takeOutliers(engine, room.head.roomNid, given)
    const { roomNid } = room.head
    const state = [...taken.values()].filter((known) => known.roomNid === roomNid && stateIds.has(known.event.eventId))
    const create = state.find((known) => known.event.type === 'm.room.create')
    const root = givenState(engine, roomNid, state)
    if (!root || !create || (stringAt(create.event.content, 'room_version') ?? '1') !== room.head.version.id) {
      throw connectionFailed('The other server gave a room without its beginning. Try another server.')
    }
    const auth = await engine.inOrder(join.event.authEvents)
    const verdict = await judge(engine, join.event, auth, root)
    if (!verdict.allowed) throw forbidden(verdict.rule, verdict.message)

    await engine.numbers.reserve(1)
    await engine.chains.prepare(auth)
    const append = engine.append(room)
    const stateBefore = await append.loadMove(root, ownKey(join.event))
    const before = await engine.log.byId(join.event.eventId)
    const nid = before?.nid ?? engine.numbers.take()
    const known = new Set(
      (await engine.inOrder(join.event.prevEvents)).filter((e) => !e.outlier).map((e) => e.event.eventId),
    )
    append.add({
      nid,
      event: join.event,
      json: join.json,
      auth,
      before: stateBefore,
      verdict: 'accepted',
      extremities: [{ nid, eventId: join.event.eventId, depth: join.event.depth }],
      ...(before && { place: before.chain }),
      missing: join.event.prevEvents
        .filter((id) => !known.has(id))
        .map((eventId) => ({ eventId, depth: Math.max(0, join.event.depth - 1) })),
    })
    return { result: undefined, durable: engine.commit(room, append) }
  }
