// Applies events one after the other to a state, each only if the state allows it.
// spec: rooms/v2 #state-resolution (iterative auth checks)

import { authorize } from '#protocol/auth-rules/auth-rules.ts'
import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { authEventAt, createEventFor } from './auth-events-of.ts'
import type { EventSource, ResolutionRules } from './event-source.ts'
import { type StateLookup, stateKeyOf } from './state-map.ts'

/** A state that is being resolved: what was applied, over what was there. The state beneath is never copied. */
export class PartialState {
  readonly applied = new Map<string, EventId>()
  readonly #base: StateLookup

  constructor(base: StateLookup) {
    this.#base = base
  }

  get(key: string): EventId | undefined {
    return this.applied.get(key) ?? this.#base.get(key)
  }
}

/** Applies in order; events that the rules refuse are passed over, and so are events that are no state. */
export function applyAllowed(
  events: readonly RoomEvent[],
  state: PartialState,
  source: EventSource,
  { crypto }: ResolutionRules,
): void {
  for (const event of events) {
    if (event.stateKey === undefined) continue
    const createEvent = event.version.roomIdIsCreateHash ? createEventFor(event, source) : undefined
    const verdict = authorize(event, { state: stateFor(event, state, source), crypto, createEvent })
    if (verdict.allowed) state.applied.set(stateKeyOf(event.type, event.stateKey), event.eventId)
  }
}

/** What is missing in the state is taken from the event's own auth events, unless it was rejected. */
function stateFor(event: RoomEvent, state: PartialState, source: EventSource): StateView {
  return {
    get(type, stateKey) {
      const id = state.get(stateKeyOf(type, stateKey))
      if (id !== undefined) return source.event(id)
      const named = authEventAt(event, type, stateKey, source)
      return named !== undefined && !source.isRejected(named.eventId) ? named : undefined
    },
  }
}
