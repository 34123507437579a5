// What an event stands on and we miss: fetched from the server that sent it, in few requests, bounded.
// spec: server-server-api #backfilling-and-retrieving-missing-events, #retrieving-events

import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { StateNode } from '../state/state-map.ts'
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

/** Fetches auth events that we do not have: the auth chain of one event, or of each. */
export async function fetchAuthEvents(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  events: readonly VerifiedEvent[],
): Promise<void> {
  const { roomId, version, roomNid } = room.head
  const given = new Set(events.map(({ event }) => event.eventId))
  const named = events.flatMap(({ event }) => event.authEvents)
  const known = await engine.log.byIds(named)
  const lacking = events.filter(({ event }) => event.authEvents.some((id) => !known.has(id) && !given.has(id)))
  for (const { event } of lacking.slice(0, MOST_SINGLE_FETCHES)) {
    const answer = await engine.parts.transport.getEventAuth(origin, { roomId, eventId: event.eventId })
    if (!answer.ok) continue
    const verified = await verifyPdus(engine, answer.value, { roomId, version })
    await engine.turn(roomId, async () => ({
      result: await takeOutliers(engine, roomNid, verified.events),
      durable: Promise.resolve(),
    }))
  }
}

/** The state before an event, from the server that sent it; undefined when it does not tell. */
export async function fetchState(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  { event }: VerifiedEvent,
): Promise<StateNode | undefined> {
  const { roomId, version, roomNid } = room.head
  const { transport } = engine.parts
  const ids = await transport.getStateIds(origin, { roomId, eventId: event.eventId })
  if (!ids.ok) return undefined
  const wanted = [...new Set([...ids.value.stateIds, ...ids.value.authChainIds])]
  const known = await engine.log.byIds(wanted)
  const lacking = wanted.filter((id) => !known.has(id))
  const pdus = await fetchEvents(engine, origin, { roomId, eventId: event.eventId }, lacking)
  const verified = await verifyPdus(engine, pdus, { roomId, version })
  return engine.turn(roomId, async () => {
    const taken = await takeOutliers(engine, roomNid, verified.events)
    const state = ids.value.stateIds.flatMap((id) => known.get(id) ?? taken.get(id) ?? [])
    return { result: givenState(engine, roomNid, state), durable: Promise.resolve() }
  })
}

async function fetchEvents(
  engine: Engine,
  origin: ServerName,
  at: { roomId: RoomId; eventId: EventId },
  ids: readonly EventId[],
): Promise<Json[]> {
  const { transport } = engine.parts
  if (ids.length > MOST_SINGLE_FETCHES) {
    const all = await transport.getState(origin, at)
    return all.ok ? [...all.value.authChain, ...all.value.state] : []
  }
  const answers = await Promise.all(ids.map((id) => transport.getEvent(origin, id)))
  return answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
}
