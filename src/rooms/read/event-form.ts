// How a reader wants events: who they are, which form, and the shared text that every answer begins with.
// spec: client-server-api #room-event-format, #aggregations-of-child-events

import {
  clientEventPrefix,
  type EventPrefix,
  federationEventPrefix,
  withRoomId,
} from '#protocol/client-event/client-event.ts'
import { type RoomEvent, redactEvent } from '#protocol/events/events.ts'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson } from '#protocol/json/json.ts'
import type { KnownEvent } from '../room/known-event.ts'

export interface Reader {
  readonly userId: UserId
  /** For `transaction_id`, told to the sending device alone. */
  readonly deviceId: string | undefined
  /** Users whose events do not count in threads. */
  readonly ignored?: readonly UserId[]
}

export interface ShowOptions {
  /** Everywhere but in `/sync`. */
  readonly roomId: boolean
  readonly format?: 'client' | 'federation'
  /** Bundled aggregations; not for state. */
  readonly bundles?: boolean
  /** Bundled aggregations for these events alone: the caller knows that nobody relates to the others. */
  readonly related?: ReadonlySet<EventId>
  /** The reader's own rule let them see it already (state of a room they are in): history visibility is not asked. */
  readonly visible?: boolean
  /** State of now: `unsigned` tells neither what it replaced nor where the reader was then, so nothing is looked up for it. */
  readonly plain?: boolean
}

/** The shared text of an event, without `unsigned`. `pruned`: as if redacted, for readers who may not see what an erased user wrote. */
export function prefixOf(known: KnownEvent, { roomId, format }: ShowOptions, pruned = false): EventPrefix {
  if (format === 'federation') return federationEventPrefix(shownEvent(known, pruned))
  const form = pruned ? clientEventPrefix(known.event, contentText(known, true)) : sharedForm(known)
  return roomId ? withRoomId(form, known.event.roomId) : form
}

function sharedForm(known: KnownEvent): EventPrefix {
  known.clientForm ??= clientEventPrefix(known.event, contentText(known))
  return known.clientForm
}

/** The event as this server shows it: pruned when it is redacted. */
export const shownEvent = (known: KnownEvent, pruned = false): RoomEvent =>
  known.redactedBy === undefined && !pruned ? known.event : redactEvent(known.event)

/** The content as this server shows it: pruned when the event is redacted. */
export function contentText(known: KnownEvent, pruned = false): string {
  const { content, version } = shownEvent(known, pruned)
  // Until v5 content may have fractions and wide integers, which its author's server has hashed.
  return version.strictCanonicalJson ? JSON.stringify(content) : canonicalJson(content, 'faithful')
}
