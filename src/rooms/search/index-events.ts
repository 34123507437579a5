// What of an event can be searched for.
// spec: client-server-api/modules/search.md #room_events

import type { RoomEvent } from '#protocol/events/events.ts'
import { arrayAt, isObject, objectAt, stringAt } from '#protocol/json/json.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { writeEntries } from '../store/search-entries.ts'
import { searchedWords } from './searched-words.ts'

/** The numbers that the index keeps for them. */
export const searchFields = { 'content.body': 1, 'content.name': 2, 'content.topic': 3 } as const
export type SearchKey = keyof typeof searchFields

export const searchedTypes = ['m.room.message', 'm.room.name', 'm.room.topic'] as const

/** The text that is searched, and where it stands; undefined for events that are not searched. Encrypted ones have a type of their own. */
export function searchedText({ type, content, stateKey }: RoomEvent): { key: SearchKey; text: string } | undefined {
  if (type === 'm.room.message') return { key: 'content.body', text: stringAt(content, 'body') ?? '' }
  if (stateKey !== '') return undefined
  if (type === 'm.room.name') return { key: 'content.name', text: stringAt(content, 'name') ?? '' }
  if (type !== 'm.room.topic') return undefined
  const forms = (arrayAt(objectAt(content, 'm.topic') ?? {}, 'm.text') ?? []).filter(isObject)
  const plain = forms.find((form) => (stringAt(form, 'mimetype') ?? 'text/plain') === 'text/plain')
  const texts = [stringAt(content, 'topic'), plain && stringAt(plain, 'body')]
  return { key: 'content.topic', text: texts.join(' ') }
}

/** Writes the entries of events, empty ones too: what is in the index is not looked at again. Repeatable. */
export async function indexEvents(engine: Engine, events: readonly KnownEvent[]): Promise<void> {
  const entries = events.flatMap((known) => {
    const searched = known.redactedBy === undefined ? searchedText(known.event) : undefined
    return searched ? [{ known, field: searchFields[searched.key], words: searchedWords(searched.text).join(' ') }] : []
  })
  if (entries.length === 0) return
  await engine.parts.database.run(
    writeEntries,
    entries.map(({ known }) => known.nid),
    entries.map(({ known }) => known.roomNid),
    entries.map(({ field }) => field),
    entries.map(({ words }) => words),
  )
}
