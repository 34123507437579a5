// Filters compiled once: clients send the same one, or its ID, with every request.
// spec: client-server-api #filtering, GET /_matrix/client/v3/sync (filter)

import { BoundedCache } from '#platform/limits/limits.ts'
import { badJson } from '#protocol/errors/errors.ts'
import { isInlineFilter, parseSyncFilter, type SyncFilter } from '#protocol/event-filter/event-filter.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, objectAt } from '#protocol/json/json.ts'
import type { AccountSource } from './sources.ts'

export interface FilterInUse {
  readonly filter: SyncFilter
  /** It leaves nothing of the state out, but for members that are loaded lazily. */
  readonly wholeState: boolean
}

/** Characters of the filters kept, by which their compiled forms are about as large: some thousand filters. */
const CAPACITY = 4 * 1024 * 1024

/** What does not make a filter of state leave events out. */
const harmless = new Set([
  'lazy_load_members',
  'include_redundant_members',
  'unread_thread_notifications',
  'rooms',
  'not_rooms',
  'limit',
])

export class FiltersInUse {
  readonly #accounts: AccountSource
  readonly #filters = new BoundedCache<string, FilterInUse & { readonly size: number }>({
    capacity: CAPACITY,
    weigh: ({ size }, key) => size + key.length,
  })
  readonly #none = compile({})

  constructor(accounts: AccountSource) {
    this.#accounts = accounts
  }

  /** @param asked the parameter: an ID, or a filter itself. @throws `M_BAD_JSON`; 404 for an ID that the user never got. */
  async get(userId: UserId, asked: string | undefined): Promise<FilterInUse> {
    if (asked === undefined || asked === '') return this.#none
    const inline = isInlineFilter(asked)
    // A stored filter never changes.
    const key = inline ? asked : `${userId}\0${asked}`
    const known = this.#filters.get(key)
    if (known) return known
    const content = inline ? parse(asked) : await this.#accounts.filters.get(userId, asked)
    const compiled = { ...compile(content), size: inline ? asked.length : JSON.stringify(content).length }
    this.#filters.set(key, compiled)
    return compiled
  }
}

function parse(text: string): JsonObject {
  let value: Json
  try {
    value = JSON.parse(text) as Json // looked at by what compiles it
  } catch (error) {
    throw Object.assign(badJson('The filter is no JSON. Send a filter object, or the ID of a stored one.'), {
      cause: error,
    })
  }
  if (!isObject(value)) throw badJson('The filter must be a JSON object.')
  return value
}

function compile(content: JsonObject): FilterInUse {
  const filter = parseSyncFilter(content)
  const state = objectAt(objectAt(content, 'room') ?? {}, 'state') ?? {}
  return { filter, wholeState: Object.keys(state).every((name) => harmless.has(name)) }
}
