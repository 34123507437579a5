// The words of the results that a search has found: by their stems, so not always those that were asked for.
// spec: client-server-api, POST /search (highlights)

import type { RoomEvent } from '#protocol/events/events.ts'
import { fold } from '../index/words.ts'
import type { Engine } from '../room/engine.ts'
import { wordsFound } from '../store/search-entries.ts'
import { searchedText } from './index-events.ts'

/** Different words of one page that are looked at. */
const MOST_WORDS = 2_000
const inText = /[\p{L}\p{N}\p{M}]{1,100}/gu

export async function highlightsOf(
  engine: Engine,
  events: readonly RoomEvent[],
  asked: readonly string[],
): Promise<string[]> {
  const words = new Set<string>()
  for (const event of events) {
    for (const [word] of (searchedText(event)?.text ?? '').toLowerCase().matchAll(inText)) {
      if (words.size < MOST_WORDS) words.add(word)
    }
  }
  if (words.size === 0) return []
  const list = [...words]
  const rows = await engine.parts.database.run(wordsFound, list.map(fold), asked)
  return rows.flatMap(({ place }) => list[place - 1] ?? [])
}
