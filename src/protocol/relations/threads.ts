// Threads: which events can start one, and which thread an event is in.
// spec: client-server-api/modules/threading.md, modules/receipts.md #threaded-read-receipts

import { type MatrixError, unknown } from '#protocol/errors/errors.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { relationOf } from './relation.ts'

/** Relationships followed to find the thread of an event, as recommended: a reaction to an edit of a message in a thread. */
export const maxHopsToThread = 3

/**
 * Whether an event can be the root of a thread: it has no relationship of its own. A plain reply has none, since it has no
 * relation type, and can. Edits, reactions and events in a thread cannot.
 */
export const canBeThreadRoot = (event: RoomEvent): boolean => relationOf(event.content) === undefined

/**
 * Why a client may not send this content, given the event that it relates to (undefined: not known to us); undefined: it may.
 * Only threads are refused: other broken relationships are sent and then ignored by everyone.
 */
export function refusalOfRelation(content: JsonObject, parent: RoomEvent | undefined): MatrixError | undefined {
  if (relationOf(content)?.relType !== 'm.thread' || parent === undefined || canBeThreadRoot(parent)) return undefined
  return unknown(
    'A thread cannot start from an event that belongs to another. Reply in its thread, or relate to its root.',
  )
}

/**
 * The root of the thread that an event is in, or `main`. Thread roots themselves, and what relates to them otherwise, are in the
 * main timeline. `parentOf` finds an event of the same room by its ID; where it does not, the search ends in `main`.
 */
export function threadOf(event: RoomEvent, parentOf: (id: EventId) => RoomEvent | undefined): EventId | 'main' {
  let current: RoomEvent | undefined = event
  for (let hops = 0; hops <= maxHopsToThread && current !== undefined; hops++) {
    const relation = current.stateKey === undefined ? relationOf(current.content) : undefined
    if (relation === undefined) return 'main'
    if (relation.relType === 'm.thread') return relation.parent
    current = parentOf(relation.parent)
  }
  return 'main'
}
