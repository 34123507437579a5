// The rules that look at the auth events an event names for itself (rule 2 until v11, rules 2 and 3 since v12).
// spec: rooms/v1 #authorization-rules, rule 2; rooms/v12 #authorization-rules, rules 2 and 3

import { authEventKeys, isAuthEventKey } from '#protocol/auth-events/auth-events.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { authorizeCreate } from './create-event.ts'
import { isCreateEventOf } from './room-exists.ts'
import { allow, deny, type Verdict } from './verdict.ts'

export interface KnownAuthEvent {
  readonly event: RoomEvent
  readonly rejected: boolean
}

/**
 * Checks the auth events that an event names, in the order in which it names them. Order of `authEvents` and events that are not
 * named do not matter. Since v12 the create event, which no event names, must be among `authEvents` all the same (rule 2).
 *
 * A named event that is not among `authEvents` refuses the event: fetch it first. The create event is judged by rule 1 alone.
 */
export function authorizeAuthEvents(event: RoomEvent, authEvents: readonly KnownAuthEvent[]): Verdict {
  if (event.type === 'm.room.create') return authorizeCreate(event) // 1

  const known = new Map<EventId, KnownAuthEvent>(authEvents.map((entry) => [entry.event.eventId, entry]))
  const inVersion12 = event.version.roomIdIsCreateHash
  if (inVersion12 && !authEvents.some((entry) => !entry.rejected && isCreateEventOf(event.roomId, entry.event))) {
    return deny(
      'room/not-created',
      'The room that the event names was never created. The server that sent the event must correct it.',
    ) // 2 since v12
  }
  const verdict = checkEntries(event, known)
  if (!verdict.allowed || inVersion12) return verdict

  const namesCreate = event.authEvents.some((id) => known.get(id)?.event.type === 'm.room.create')
  if (!namesCreate) {
    return deny(
      'auth-events/no-create',
      'The event does not name the event that created the room. The server that sent it must correct it.',
    ) // 2.4 until v11
  }
  return allow
}

function checkEntries(event: RoomEvent, known: ReadonlyMap<EventId, KnownAuthEvent>): Verdict {
  const expected = authEventKeys(event, event.version)
  const seen: RoomEvent[] = []
  for (const id of event.authEvents) {
    const entry = known.get(id)
    if (entry === undefined) {
      return deny(
        'auth-events/not-found',
        'An event that this one relies on is not known here. The server that sent it must provide it.',
      )
    }
    const verdict = checkEntry(event, entry, seen, expected)
    if (!verdict.allowed) return verdict
    seen.push(entry.event)
  }
  return allow
}

function checkEntry(
  event: RoomEvent,
  { event: named, rejected }: KnownAuthEvent,
  seen: readonly RoomEvent[],
  expected: ReturnType<typeof authEventKeys>,
): Verdict {
  if (seen.some((other) => other.type === named.type && other.stateKey === named.stateKey)) {
    return deny(
      'auth-events/duplicate',
      'The event relies on the same part of the room state twice. The server that sent it must correct it.',
    ) // .1
  }
  if (!isAuthEventKey(expected, named.type, named.stateKey)) {
    return deny(
      'auth-events/unexpected',
      'The event relies on an event that has nothing to do with it. The server that sent it must correct it.',
    ) // .2
  }
  if (rejected) {
    return deny(
      'auth-events/rejected',
      'The event relies on an event that was refused. The server that sent it must correct it.',
    ) // .3
  }
  if (named.roomId !== event.roomId) {
    return deny(
      'auth-events/other-room',
      'The event relies on an event of another room. The server that sent it must correct it.',
    ) // .5
  }
  return allow
}
