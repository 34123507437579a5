// Searches what one user may see: what matches from the index, sorted, then looked at page by page with the rules of history visibility.
// spec: client-server-api/modules/search.md

import { MatrixError } from '#protocol/errors/errors.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Reader } from '../read/event-form.ts'
import { readState } from '../read/room-state.ts'
import { type ShownEvent, showEvents } from '../read/show-events.ts'
import { seenBy, statesBefore } from '../read/sight.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { findEvents, type SearchMatch, searchableRooms } from '../store/search-entries.ts'
import { highlightsOf } from './highlights.ts'
import { searchFields } from './index-events.ts'
import { contextOf } from './search-context.ts'
import {
  type GroupKey,
  readPlace,
  type SearchAnswer,
  type SearchGroup,
  type SearchPlace,
  type SearchRequest,
  type SearchResult,
  writePlace,
} from './search-request.ts'
import { searchedWords } from './searched-words.ts'

/** The newest matches that are sorted and paged through: nobody reads further, and a word that everybody uses is in every message. */
const MOST_MATCHES = 2_000
/** Matches looked at for one page, however few of them may be seen; the client goes on from `next`. */
const MOST_LOOKED_AT = 500
const CHUNK = 50
/** Words asked for. */
const MOST_WORDS = 30

interface Match extends SearchMatch {
  readonly roomId: RoomId
}

export async function searchEvents(engine: Engine, request: SearchRequest, reader: Reader): Promise<SearchAnswer> {
  const place = request.from === undefined ? beginning : readPlace(request.from)
  const words = searchedWords(request.searchTerm).slice(0, MOST_WORDS)
  const matches = words.length > 0 ? await findMatches(engine, request, place, words, reader) : []
  const { found, passed } = await lookAt(engine, matches, place.passed, request, reader)
  const upTo = request.from === undefined ? Math.max(0, ...matches.map((match) => match.event_nid)) : place.upTo
  return {
    count: matches.length,
    highlights: await highlightsOf(
      engine,
      found.map(({ shown }) => shown.known.event),
      words,
    ),
    results: await Promise.all(found.map((each) => withContext(engine, each, request, reader))),
    groups: groupsOf(request, { matches, passed, upTo }, found),
    state: request.includeState ? await statesOf(engine, found, reader) : undefined,
    next: passed < matches.length ? writePlace({ ...place, passed, upTo }) : undefined,
  }
}

const beginning: SearchPlace = { passed: 0, upTo: Number.MAX_SAFE_INTEGER, group: undefined }

async function findMatches(
  engine: Engine,
  { filter, keys, order }: SearchRequest,
  { upTo, group }: SearchPlace,
  words: readonly string[],
  reader: Reader,
): Promise<Match[]> {
  const { database } = engine.parts
  const rooms = new Map<number, RoomId>()
  for (const row of await database.run(searchableRooms, reader.userId)) {
    if (filter?.includesRoom(row.room_id) ?? true) rooms.set(row.room_nid, row.room_id as RoomId)
  }
  if (rooms.size === 0) return []
  const fields = keys.map((key) => searchFields[key])
  const rows = await database.run(findEvents, words.join(' '), [...rooms.keys()], fields, upTo, MOST_MATCHES)
  const matches = rows.flatMap((row): Match[] => {
    const roomId = rooms.get(row.room_nid)
    return roomId === undefined ? [] : [{ ...row, roomId }]
  })
  const wanted = group ? matches.filter((match) => groupValue(match, group[0]) === group[1]) : matches
  // They come newest first, and sorting keeps that order among equals.
  return order === 'rank' ? wanted.sort((a, b) => b.rank - a.rank) : wanted
}

const groupValue = (match: Match, key: GroupKey): string => (key === 'room_id' ? match.roomId : match.sender)

interface Found {
  readonly match: Match
  readonly shown: ShownEvent
}

/** The next matches that the reader may see, and how far that was. */
async function lookAt(
  engine: Engine,
  matches: readonly Match[],
  from: number,
  { limit, filter }: SearchRequest,
  reader: Reader,
): Promise<{ found: Found[]; passed: number }> {
  const found: Found[] = []
  const end = Math.min(matches.length, from + MOST_LOOKED_AT)
  const ignored = new Set<string>(reader.ignored)
  for (let at = from; at < end; at += CHUNK) {
    const chunk = matches.slice(at, Math.min(at + CHUNK, end))
    const events = await engine.log.byNids(chunk.map((match) => match.event_nid))
    const shown = await showByRoom(
      engine,
      [...events.values()].filter(({ event }) => (filter?.matches(event) ?? true) && !ignored.has(event.sender)),
      reader,
    )
    for (const [index, match] of chunk.entries()) {
      const event = shown.get(match.event_nid)
      if (event) found.push({ match, shown: event })
      if (found.length === limit) return { found, passed: at + index + 1 }
    }
  }
  return { found, passed: Math.max(from, end) }
}

async function showByRoom(
  engine: Engine,
  events: readonly KnownEvent[],
  reader: Reader,
): Promise<Map<number, ShownEvent>> {
  const shown = new Map<number, ShownEvent>()
  for (const ofRoom of Map.groupBy(events, ({ roomNid }) => roomNid).values()) {
    const whole = await withoutErased(engine, ofRoom, reader)
    const seen = await showEvents(engine, whole, reader, { roomId: true, bundles: true })
    for (const event of seen) shown.set(event.known.nid, event)
  }
  return shown
}

/** Without what erased users wrote, where the reader would be shown it pruned: that it matched would tell what it said. */
async function withoutErased(engine: Engine, events: readonly KnownEvent[], reader: Reader): Promise<KnownEvent[]> {
  const erased = await engine.erasedUsers()
  const theirs = events.filter(({ event }) => erased.has(event.sender))
  if (theirs.length === 0) return [...events]
  const states = await statesBefore(engine, theirs, reader.userId)
  const { pruned } = await seenBy(engine, theirs, states, reader.userId)
  return events.filter(({ nid }) => !pruned.has(nid))
}

async function withContext(
  engine: Engine,
  { match, shown }: Found,
  { context }: SearchRequest,
  reader: Reader,
): Promise<SearchResult> {
  return {
    event: shown,
    rank: match.rank,
    context: context && (await contextOf(engine, shown.known, context, reader)),
  }
}

function groupsOf(
  { groupBy }: SearchRequest,
  page: { readonly matches: readonly Match[]; readonly passed: number; readonly upTo: number },
  found: readonly Found[],
): SearchAnswer['groups'] {
  const groups = new Map<GroupKey, ReadonlyMap<string, SearchGroup>>()
  for (const key of new Set(groupBy)) {
    const byValue = Map.groupBy(found, ({ match }) => groupValue(match, key))
    const named = [...byValue].map(([value, members], order): [string, SearchGroup] => {
      const results = members.map(({ shown }): EventId => shown.known.event.eventId)
      return [value, { results, order, next: nextInGroup(page, key, value) }]
    })
    groups.set(key, new Map(named))
  }
  return groups
}

function nextInGroup(
  { matches, passed, upTo }: { readonly matches: readonly Match[]; readonly passed: number; readonly upTo: number },
  key: GroupKey,
  value: string,
): string | undefined {
  const places = matches.flatMap((match, index) => (groupValue(match, key) === value ? index : []))
  const passedHere = places.filter((index) => index < passed).length
  return passedHere < places.length ? writePlace({ passed: passedHere, upTo, group: [key, value] }) : undefined
}

async function statesOf(engine: Engine, found: readonly Found[], reader: Reader) {
  const states = new Map<RoomId, readonly ShownEvent[]>()
  for (const roomId of new Set(found.map(({ match }) => match.roomId))) {
    try {
      states.set(roomId, await readState(engine, roomId, reader))
    } catch (error) {
      // Who has left may see what was said then, and no state when nothing tells which.
      if (!(error instanceof MatrixError)) throw error
    }
  }
  return states
}
