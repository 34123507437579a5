// What is asked of the search, what it answers, and the tokens that page through it.
// spec: client-server-api/modules/search.md

import { invalidParam } from '#protocol/errors/errors.ts'
import type { RoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { ShownEvent } from '../read/show-events.ts'
import type { SearchKey } from './index-events.ts'

export type SearchOrder = 'rank' | 'recent'
export type GroupKey = 'room_id' | 'sender'

export interface SearchRequest {
  readonly searchTerm: string
  readonly keys: readonly SearchKey[]
  readonly order: SearchOrder
  readonly filter: RoomEventFilter | undefined
  /** At least 1. */
  readonly limit: number
  readonly groupBy: readonly GroupKey[]
  /** Events around each; undefined: none. */
  readonly context: { readonly before: number; readonly after: number; readonly withProfiles: boolean } | undefined
  readonly includeState: boolean
  /** `next` of an earlier answer, or of one of its groups. */
  readonly from: string | undefined
}

export interface SpeakerProfile {
  readonly displayName: string | undefined
  readonly avatarUrl: string | undefined
}

export interface SearchContext {
  readonly before: readonly ShownEvent[]
  readonly after: readonly ShownEvent[]
  readonly start: string
  readonly end: string
  /** As they were then; undefined: not asked for. */
  readonly profiles: ReadonlyMap<UserId, SpeakerProfile> | undefined
}

export interface SearchResult {
  readonly event: ShownEvent
  readonly rank: number
  readonly context: SearchContext | undefined
}

export interface SearchGroup {
  readonly results: readonly EventId[]
  readonly order: number
  readonly next: string | undefined
}

export interface SearchAnswer {
  /** Of what matches; among it may be what the user may not see. */
  readonly count: number
  readonly highlights: readonly string[]
  readonly results: readonly SearchResult[]
  readonly groups: ReadonlyMap<GroupKey, ReadonlyMap<string, SearchGroup>>
  readonly state: ReadonlyMap<RoomId, readonly ShownEvent[]> | undefined
  readonly next: string | undefined
}

/** A place in the matches of one search: so many of them, of events numbered up to `upTo`, have been looked at. */
export interface SearchPlace {
  readonly passed: number
  /** What comes later is not found on later pages, so that nothing moves. */
  readonly upTo: number
  readonly group: readonly [key: GroupKey, value: string] | undefined
}

export const writePlace = ({ passed, upTo, group }: SearchPlace): string =>
  Buffer.from(JSON.stringify([passed, upTo, ...(group ?? [])])).toString('base64url')

/** @throws 400 for a token that we did not give. */
export function readPlace(token: string): SearchPlace {
  const list = parse(token)
  const [passed, upTo, key, value] = list
  const isGroup = list.length === 4 && (key === 'room_id' || key === 'sender') && typeof value === 'string'
  if (isCount(passed) && isCount(upTo) && (list.length === 2 || isGroup)) {
    return { passed, upTo, group: isGroup ? [key, value] : undefined }
  }
  throw invalidParam('The token was not given out by this server. Start again without it.')
}

function parse(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
