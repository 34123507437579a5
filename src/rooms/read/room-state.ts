// The state of a room for one reader: all of it, one event, or its members.
// spec: client-server-api, GET /rooms/{roomId}/state, /state/{eventType}/{stateKey}, /members, /joined_members

import { notFound } from '#protocol/errors/errors.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import {
  type Membership,
  type MembershipCode,
  membershipCodes,
  membershipOfCode,
  type NodeHash,
} from '../state/state-map.ts'
import type { StateKey } from '../state/state-nodes.ts'
import { eventsBefore, lastEventUpTo } from '../store/read-events.ts'
import { membersOfRoom } from '../store/read-memberships.ts'
import type { Reader, ShowOptions } from './event-form.ts'
import { type ShownEvent, showEvents } from './show-events.ts'
import type { Point } from './tokens.ts'
import { type ViewableState, viewableState } from './viewable-state.ts'

/** State is told as it is: what was before it, and where the reader was then, are for the timeline. */
const asState: ShowOptions = { roomId: true, visible: true, plain: true }

/** @throws 403 for those who may not look into the room. */
export async function readState(engine: Engine, roomId: RoomId, reader: Reader): Promise<ShownEvent[]> {
  const { state } = await viewableState(engine, roomId, reader.userId)
  return showEvents(engine, await eventsOfState(engine, state, () => true), reader, asState)
}

/** @throws 403 for those who may not look into the room, 404 when the state has no such event. */
export async function readStateEvent(
  engine: Engine,
  roomId: RoomId,
  key: StateKey,
  reader: Reader,
): Promise<ShownEvent> {
  const { state } = await viewableState(engine, roomId, reader.userId)
  const known = (await engine.stateEventsAt(engine.root(state), [key])).known(key.type, key.stateKey)
  const [shown] = known ? await showEvents(engine, [known], reader, asState) : []
  if (!shown) throw notFound('The room has no state of this type and key.')
  return shown
}

export interface MembersRequest {
  readonly roomId: RoomId
  /** The members as they were then; undefined: as they are. */
  readonly at: Point | undefined
  readonly membership: Membership | undefined
  readonly notMembership: Membership | undefined
}

/** The membership events of the room. @throws 403 for those who may not look into it. */
export async function readMembers(engine: Engine, request: MembersRequest, reader: Reader): Promise<ShownEvent[]> {
  const { membership, notMembership, at } = request
  const viewable = await viewableState(engine, request.roomId, reader.userId)
  const wanted = (code: MembershipCode) => {
    const name = membershipOfCode(code)
    return name !== undefined && (membership ?? name) === name && notMembership !== name
  }
  const state = at ? await stateAt(engine, viewable, at) : viewable.state
  const events =
    at === undefined && viewable.left === undefined
      ? await currentMembers(engine, viewable.head.roomNid, wanted)
      : await eventsOfState(engine, state, (type, code) => type === 'm.room.member' && wanted(code))
  return showEvents(engine, events, reader, asState)
}

/** The member events of those who are in the room. @throws 403 for everyone who is not. */
export async function readJoinedMembers(engine: Engine, roomId: RoomId, reader: Reader): Promise<KnownEvent[]> {
  const { head } = await viewableState(engine, roomId, reader.userId)
  return currentMembers(engine, head.roomNid, (code) => code === membershipCodes.join)
}

async function currentMembers(
  engine: Engine,
  roomNid: number,
  wanted: (code: MembershipCode) => boolean,
): Promise<KnownEvent[]> {
  const rows = await engine.parts.database.run(membersOfRoom, roomNid)
  const nids = rows.filter((row) => wanted(row.membership as MembershipCode)).map((row) => row.event_nid)
  return [...(await engine.log.byNids(nids)).values()].filter((known) => !known.outlier)
}

async function eventsOfState(
  engine: Engine,
  state: NodeHash,
  wanted: (type: string, membership: MembershipCode) => boolean,
): Promise<KnownEvent[]> {
  const root = await engine.nodes.ensureAll(engine.root(state))
  const entries = [...engine.nodes.trie.entries(root)].filter(({ type, membership }) => wanted(type, membership))
  return [...(await engine.log.byNids(entries.map((entry) => entry.eventNid))).values()]
}

/** The state at a point, but never one after the reader left. */
async function stateAt(engine: Engine, { head, state, left }: ViewableState, at: Point): Promise<NodeHash> {
  const { database } = engine.parts
  const row =
    at.kind === 'arrival'
      ? await database.one(lastEventUpTo, head.roomNid, at.position)
      : await database.one(eventsBefore, head.roomNid, at.depth, Math.min(at.position + 1, Number.MAX_SAFE_INTEGER), 1)
  const known = row && engine.log.known(row)
  const isLater = left !== undefined && (known?.position ?? 0) > (left.position ?? 0)
  return (isLater ? undefined : known?.stateAfter) ?? state
}
