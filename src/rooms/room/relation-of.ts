// How an event relates to another, for the table of relations.
// spec: client-server-api #forming-relationships-between-events

import type { RoomEvent } from '#protocol/events/events.ts'
import { objectAt, stringAt } from '#protocol/json/json.ts'

/** A redaction is kept as a relation too, so that a target that arrives after it is found. */
export const REDACTS = 'redacts'

/** Longer relation types and keys are not aggregated: nobody makes them in good faith. Bytes would do as well; characters are cheaper. */
const LONGEST_KEY = 255

export interface Relation {
  readonly parentId: string
  readonly relType: string
  readonly aggregationKey: string | null
}

export function relationOf(event: RoomEvent): Relation | undefined {
  if (event.redacts !== undefined) return { parentId: event.redacts, relType: REDACTS, aggregationKey: null }
  const relatesTo = objectAt(event.content, 'm.relates_to')
  const relType = relatesTo && stringAt(relatesTo, 'rel_type')
  const parentId = relatesTo && stringAt(relatesTo, 'event_id')
  if (!relType || !parentId || relType === REDACTS) return undefined
  if (!isStorable(relType) || !isStorable(parentId)) return undefined
  const key = stringAt(relatesTo, 'key')
  return { parentId, relType, aggregationKey: key !== undefined && isStorable(key) ? key : null }
}

/** Other servers write here what they like. A row that the database cannot take would hold up the room for ever. */
const isStorable = (text: string): boolean => text.length <= LONGEST_KEY && !text.includes('\0')
