// What an event stands on and we miss: fetched from a server that has it, in few requests, bounded.
// spec: server-server-api #backfilling-and-retrieving-missing-events, #retrieving-events

import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { StateNode } from '../state/state-map.ts'
import type { AskedServer } from './asked-server.ts'
import { givenState } from './given-state.ts'
import { takeOutliers } from './take-outliers.ts'
import { verifyPdus } from './verify-pdus.ts'

/** Single events fetched by ID before the whole state is asked for. */
const MOST_SINGLE_FETCHES = 50

/** Each after those of the given that it names as previous. */
export function oldestFirst(events: ReadonlyMap<EventId, VerifiedEvent>): VerifiedEvent[] {
  const sorted: VerifiedEvent[] = []
  const state = new Map<EventId, 'open' | 'done'>()
  for (const start of events.keys()) {
    const stack = [start]
    while (stack.length > 0) {
      const id = stack.at(-1) as EventId
      const verified = events.get(id)
      if (!verified || state.get(id) === 'done') {
        stack.pop()
        continue
      }
      if (state.get(id) === 'open') {
        state.set(id, 'done')
        sorted.push(verified)
        stack.pop()
        continue
      }
      state.set(id, 'open')
      for (const previous of verified.event.prevEvents) if (!state.has(previous)) stack.push(previous)
    }
  }
  return sorted
}

/** Previous events of which we have no state: also those that are in another room. */
export async function missingPrevious(engine: Engine, room: HotRoom, { event }: VerifiedEvent): Promise<EventId[]> {
  const found = await engine.log.byIds(event.prevEvents)
  const isHere = (known: KnownEvent | undefined) =>
    known?.roomNid === room.head.roomNid && known.stateAfter !== undefined
  return event.prevEvents.filter((id) => !isHere(found.get(id)))
}

/** Fetches auth events that we do not have: the auth chain of one event, or of each. */
export async function fetchAuthEvents(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  events: readonly VerifiedEvent[],
): Promise<void> {
  const { roomId, roomNid } = room.head
  const given = new Set(events.map(({ event }) => event.eventId))
  const named = events.flatMap(({ event }) => event.authEvents)
  const known = await engine.log.inAuthGraph(named)
  const lacking = events.filter(({ event }) => event.authEvents.some((id) => !known.has(id) && !given.has(id)))
  for (const { event } of lacking.slice(0, MOST_SINGLE_FETCHES)) {
    const asked = { roomId, eventId: event.eventId }
    const answer = await server.ask((transport, name, signal) => transport.getEventAuth(name, asked, signal))
    if (!answer) continue
    const verified = await verifyAnswer(engine, server, room, answer)
    await engine.turn(roomId, async () => ({
      result: await takeOutliers(engine, roomNid, verified),
      durable: Promise.resolve(),
    }))
  }
}

/** Check 4 needs them all, and each judged. */
export async function lacksAuthEvents(engine: Engine, { event }: VerifiedEvent): Promise<boolean> {
  const known = await engine.log.inAuthGraph(event.authEvents)
  return !event.authEvents.every((id) => known.has(id))
}

/**
 * The state before an event; undefined when the server does not tell, or shows only a part of it: that would be another state. What it shows and
 * what is not valid here, or of another room, is left out.
 */
export async function fetchState(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  { event }: VerifiedEvent,
): Promise<StateNode | undefined> {
  const { roomId, roomNid } = room.head
  const at = { roomId, eventId: event.eventId }
  const ids = await server.ask((transport, name, signal) => transport.getStateIds(name, at, signal))
  if (!ids) return undefined
  const wanted = [...new Set([...ids.stateIds, ...ids.authChainIds])]
  const known = await engine.log.inAuthGraph(wanted)
  const lacking = wanted.filter((id) => !known.has(id))
  const { forLater } = server
  const pdus = await fetchEvents(server, at, lacking)
  if (!pdus) {
    // What is refused now was told before: it may have heard of our leaving since, and hear of our coming soon.
    server.noteForLater()
    return undefined
  }
  const verified = await verifyAnswer(engine, server, room, pdus)
  return engine.turn(roomId, async () => {
    const taken = await takeOutliers(engine, roomNid, verified)
    // A signature that could not be checked may be good.
    const isPart = server.forLater > forLater && lacking.some((id) => !taken.has(id))
    const state = ids.stateIds.flatMap((id) => known.get(id) ?? taken.get(id) ?? [])
    return { result: isPart ? undefined : givenState(engine, roomNid, state), durable: Promise.resolve() }
  })
}

/** All of them; undefined when the server does not show one. */
async function fetchEvents(
  server: AskedServer,
  at: { roomId: RoomId; eventId: EventId },
  ids: readonly EventId[],
): Promise<Json[] | undefined> {
  if (ids.length > MOST_SINGLE_FETCHES) {
    const all = await server.ask((transport, name, signal) => transport.getState(name, at, signal))
    return all && [...all.authChain, ...all.state]
  }
  const questions = ids.map((id) => server.ask((transport, name, signal) => transport.getEvent(name, id, signal)))
  const answers = await Promise.all(questions)
  const shown = answers.filter((answer) => answer !== undefined)
  return shown.length < ids.length ? undefined : shown
}

/** The events of an answer that pass the checks 1 to 3. A signature whose key cannot be had now may be good. */
export async function verifyAnswer(
  engine: Engine,
  server: AskedServer,
  room: HotRoom,
  pdus: readonly Json[],
): Promise<ReadonlyMap<EventId, VerifiedEvent>> {
  const { roomId, version } = room.head
  const { events, refused } = await verifyPdus(engine, pdus, { roomId, version })
  if (refused.some((why) => why?.rule === 'signatures/key-unavailable')) server.noteForLater()
  return events
}
