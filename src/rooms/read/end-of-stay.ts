// When a user who is not in a room was last in it: the event with which they left, were kicked or banned.
// spec: client-server-api/modules/history_visibility.md #server-behaviour (3): what was sent before it, they may have seen

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { StateNode } from '../state/state-map.ts'
import { chainUpTo } from '../store/read-events.ts'

/** Membership events read at once: most people are gone after one or two. */
const EVENTS_PER_STEP = 20
/** Steps back: who was invited and declined a thousand times since being there is not told of the stay any more. */
const MOST_STEPS = 100

/** @returns undefined for one who was never in the room, or is in it. `memberNid`: the user's newest membership event. */
export async function endOfStay(engine: Engine, memberNid: number, userId: UserId): Promise<KnownEvent | undefined> {
  let event = await newestWithState(engine, memberNid, userId)
  for (let step = 0; step < MOST_STEPS && event?.stateBefore && !isJoin(event); step++) {
    const line = await withThoseBefore(engine, event)
    const joined = line.findIndex(isJoin)
    if (joined > 0) return line[joined - 1]
    const oldest: KnownEvent = line.at(-1) ?? event
    if (!oldest.stateBefore) return undefined
    event = await memberIn(engine, engine.root(oldest.stateBefore), userId)
    if (event && isJoin(event)) return oldest
  }
  return undefined
}

const isJoin = ({ event }: KnownEvent): boolean => event.content['membership'] === 'join'

/** What came to the user from outside, after this server had left the room, has no state: the room's last state knows what was before. */
async function newestWithState(engine: Engine, memberNid: number, userId: UserId): Promise<KnownEvent | undefined> {
  const newest = await engine.log.byNid(memberNid)
  if (!newest || newest.stateBefore) return newest
  const state = (await engine.room(newest.event.roomId))?.committed.state
  return state && memberIn(engine, state, userId)
}

async function memberIn(engine: Engine, state: StateNode, userId: UserId): Promise<KnownEvent | undefined> {
  const key = { type: 'm.room.member', stateKey: userId }
  return (await engine.stateEventsAt(state, [key])).known(key.type, key.stateKey)
}

/** The event and those before it in its chain, which are the same user's, newest first. */
async function withThoseBefore(engine: Engine, event: KnownEvent): Promise<KnownEvent[]> {
  if (!event.chain) return [event]
  const { chainId, seq } = event.chain
  const rows = await engine.parts.database.run(chainUpTo, chainId, seq, EVENTS_PER_STEP)
  return rows.map((row) => engine.log.known(row))
}
