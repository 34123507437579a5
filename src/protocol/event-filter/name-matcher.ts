// Lists of names to include and to exclude, compiled into one check.
// spec: client-server-api, definitions/event_filter (types, senders), room_event_filter (rooms)

import { compileGlob } from '#protocol/glob/glob.ts'

/** Whether a name passes. Undefined stands for an absent name, which no list names. */
export type NameMatcher = (name: string | undefined) => boolean

/** No list to include: all are. A name on both lists is excluded. `wildcard`: `*` stands for any text (types only). */
export function compileNames(
  include: readonly string[] | undefined,
  exclude: readonly string[] | undefined,
  wildcard: boolean,
): NameMatcher {
  const included = include === undefined ? undefined : compileList(include, wildcard)
  const excluded = exclude === undefined || exclude.length === 0 ? undefined : compileList(exclude, wildcard)
  if (included === undefined && excluded === undefined) return () => true
  return (name) => excluded?.(name) !== true && included?.(name) !== false
}

function compileList(list: readonly string[], wildcard: boolean): NameMatcher {
  const isPattern = (entry: string) => wildcard && entry.includes('*')
  const plain = new Set(list.filter((entry) => !isPattern(entry)))
  const patterns = list.filter(isPattern).map((entry) => compileGlob(entry, { wildcards: '*' }))
  return (name) => name !== undefined && (plain.has(name) || patterns.some((pattern) => pattern.matches(name)))
}
