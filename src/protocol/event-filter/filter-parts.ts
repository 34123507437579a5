// Reads the members of a filter strictly: a filter that is half understood would show too much or too little.
// spec: client-server-api, POST /_matrix/client/v3/user/{userId}/filter

import { badJson } from '#protocol/errors/errors.ts'
import { isObject, type Json, type JsonObject, member } from '#protocol/json/json.ts'

/** Filters are asked for every event of every sync: no real one lists more, and longer entries match nothing (255 bytes). */
const maxEntries = 1000
const maxEntryLength = 512

/** The object itself; absent: empty. `where` names it in errors (`room.timeline`). @throws `M_BAD_JSON` */
export function readObject(value: Json | undefined, where: string): JsonObject {
  if (value === undefined) return {}
  if (!isObject(value)) throw badJson(`\`${where}\` of the filter must be an object.`)
  return value
}

export function readBoolean(object: JsonObject, name: string, where: string): boolean | undefined {
  const value = member(object, name)
  if (value === undefined || typeof value === 'boolean') return value
  throw badJson(`\`${pathOf(where, name)}\` of the filter must be true or false.`)
}

/** The sigil is all that the specification asks of identifiers here (`@` of senders, `!` of rooms). */
export function readStrings(
  object: JsonObject,
  name: string,
  where: string,
  sigil = '',
): readonly string[] | undefined {
  const value = member(object, name)
  if (value === undefined) return undefined
  const path = pathOf(where, name)
  if (!Array.isArray(value)) throw badJson(`\`${path}\` of the filter must be a list of strings.`)
  if (value.length > maxEntries) throw badJson(`\`${path}\` of the filter is too long. List at most ${maxEntries}.`)
  return value.map((entry) => readEntry(entry, path, sigil))
}

function readEntry(entry: Json, path: string, sigil: string): string {
  if (typeof entry !== 'string') throw badJson(`\`${path}\` of the filter must be a list of strings.`)
  if (entry.length > maxEntryLength) throw badJson(`\`${path}\` of the filter has an entry that is too long.`)
  if (!entry.startsWith(sigil))
    throw badJson(`\`${path}\` of the filter has an entry that does not start with ${sigil}.`)
  return entry
}

/** At least 0. The specification says greater than 0, but clients send 0 to ask for no events at all, and are understood. */
export function readLimit(object: JsonObject, where: string): number | undefined {
  const value = member(object, 'limit')
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw badJson(`\`${pathOf(where, 'limit')}\` of the filter must be an integer greater than 0.`)
}

export const pathOf = (where: string, name: string): string => (where === '' ? name : `${where}.${name}`)
