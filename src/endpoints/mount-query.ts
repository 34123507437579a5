// Reads the query string of a request by the plan of its definition.
// spec: client-server-api #api-standards; WHATWG URL #urlencoded-parsing (+ is a space)

import type { Endpoint } from '#api/endpoint.ts'
import { type QueryMember, queryPlan } from '#api/query-plan.ts'
import { invalidParam } from '#protocol/errors/errors.ts'

type QueryValue = string | number | boolean

export type QueryReader = (query: string) => Readonly<Record<string, QueryValue | QueryValue[]>>

/** Pairs that are looked at. Backfill names some twenty events, joins some servers; the head of a request is bounded as well. */
const MAX_PAIRS = 200

const nothing = Object.freeze(Object.create(null)) as Record<string, never>

/**
 * A reader for the members that the definition names; others are passed over. Of a member that may come once, the first counts.
 * What is no integer or boolean stays text, so that the schema can refuse it by name.
 */
export function queryReader(schema: Endpoint['query']): QueryReader {
  if (schema === undefined) return () => nothing
  const plan = queryPlan(schema)
  return (query) => (query === '' ? nothing : readQuery(query, plan))
}

function readQuery(query: string, plan: ReadonlyMap<string, QueryMember>): ReturnType<QueryReader> {
  const values: Record<string, QueryValue | QueryValue[]> = Object.create(null)
  for (const [name, text] of pairsOf(query)) {
    const member = plan.get(name)
    if (member === undefined) continue
    const value = readValue(text, member)
    const before = values[name]
    if (!member.repeated) values[name] ??= value
    else if (Array.isArray(before)) before.push(value)
    else values[name] = [value]
  }
  return values
}

/** The value of one member, without a plan: for what every endpoint may carry (an access token in the query). */
export function queryValue(query: string, wanted: string): string | undefined {
  if (!query.includes(wanted)) return undefined
  for (const [name, text] of pairsOf(query)) if (name === wanted) return text
  return undefined
}

function* pairsOf(query: string): Generator<readonly [string, string]> {
  const pairs = query.split('&', MAX_PAIRS)
  for (const pair of pairs) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    yield equals < 0 ? [decoded(pair), ''] : [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))]
  }
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw invalidParam('The query string has percent-encoding that is not UTF-8. Encode it again.')
  }
}

const integer = /^-?\d{1,16}$/
const decimal = /^-?\d{1,16}(?:\.\d{1,16})?$/

function readValue(text: string, { kind }: QueryMember): QueryValue {
  switch (kind) {
    case 'integer':
      return integer.test(text) ? Number(text) : text
    case 'number':
      return decimal.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'string':
      return text
  }
}
