// Wrong requests of one operation, each from a right one with one thing changed, and whether the definition says that it must be refused.
// spec: client-server-api #api-standards; server-server-api #request-authentication

import { gzipSync } from 'node:zlib'
import type { TSchema } from 'typebox'
import type { Endpoint } from '#api/endpoint.ts'
import { type QueryKind, queryPlan } from '#api/query-plan.ts'
import { schemaCheck } from '#api/validation.ts'
import { isObject, type Json, parseJson } from '#protocol/json/json.ts'
import { alfa } from '../server-under-test.ts'
import type { RightRequest } from './right-request.ts'
import { type Place, placesOf, replaced, shapeOf } from './schema-shape.ts'
import type { World } from './world.ts'
import { badlyEncoded, wrongBodies, wrongJson, wrongQuery, wrongSegments } from './wrong-values.ts'

export interface WrongRequest {
  /** Of what sort: every sort is tried in every run. */
  readonly sort: string
  /** What is wrong with what. */
  readonly name: string
  /** Made when it is sent: some are large. */
  readonly make: () => Made
}

/** What is sent, but for the signature of a server. */
export interface Made {
  readonly target: string
  readonly body: Uint8Array | undefined
  /** The access token; undefined without one. */
  readonly token: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Errcodes of which one is the answer; undefined where the definition lets it through. */
  readonly refusedWith: readonly string[] | undefined
}

const PATH = ['M_INVALID_PARAM', 'M_UNRECOGNIZED', 'M_UNKNOWN'] as const
const QUERY = ['M_INVALID_PARAM', 'M_MISSING_PARAM', 'M_UNKNOWN'] as const
const BODY = ['M_BAD_JSON', 'M_MISSING_PARAM', 'M_INVALID_PARAM', 'M_NOT_JSON', 'M_TOO_LARGE'] as const

/** Marks the place of a text that no JSON value of ours can be: a number beyond 2^53, a key twice. */
const MARK = '\u0001here\u0001'

export function wrongRequests(endpoint: Endpoint, right: RightRequest, world: World): readonly WrongRequest[] {
  const parts = { endpoint, right, world }
  return [
    ...wrongHeads(parts),
    ...wrongPaths(parts),
    ...wrongQueries(parts),
    ...wrongMembers(parts),
    ...wholeBodies(parts),
    ...wrongTokens(parts),
  ]
}

interface Parts {
  readonly endpoint: Endpoint
  readonly right: RightRequest
  readonly world: World
}

/** A request as the right one is, but for `changes`. */
function request({ endpoint, right }: Parts, changes: Partial<Made> = {}): Made {
  return {
    target: targetOf(endpoint, encodedParams(right), encodedQuery(right.query)),
    body: right.body === undefined ? undefined : Buffer.from(JSON.stringify(right.body)),
    token: right.token,
    headers: {},
    refusedWith: undefined,
    ...changes,
  }
}

/** The right request itself. */
export const asItIs = (endpoint: Endpoint, right: RightRequest, world: World): Made =>
  request({ endpoint, right, world })

const encodedParams = ({ params }: RightRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, encodeURIComponent(value)]))

const encodedQuery = (query: RightRequest['query']): readonly string[] =>
  Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)

function targetOf({ path }: Endpoint, params: Record<string, string>, query: readonly string[]): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '')
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`
}

/** What no definition names, and every operation takes alike. */
function* wrongHeads(parts: Parts): Generator<WrongRequest> {
  const { target } = request(parts)
  const ask = (name: string, changes: Partial<Made>): WrongRequest => {
    const make = () => request(parts, changes)
    return { sort: `head: ${name}`, name, make }
  }
  const added = (text: string) => `${target}${target.includes('?') ? '&' : '?'}${text}`
  yield ask('a host that is not here', { headers: { host: 'ingen.example' }, refusedWith: ['M_NOT_FOUND'] })
  yield ask('a host that is none', { headers: { host: '[::1' }, refusedWith: ['M_NOT_FOUND'] })
  yield ask('a query that is not known', { target: added(`__proto__=1&=&&%26&${'q'.repeat(8_000)}`) })
  yield ask('a large header', { headers: { 'x-large': 'x'.repeat(64 * 1024) }, refusedWith: ['M_UNKNOWN'] })
}

function* wrongPaths(parts: Parts): Generator<WrongRequest> {
  const { endpoint, right } = parts
  for (const [param, good] of Object.entries(right.params)) {
    const schema = endpoint.params?.properties[param] ?? {}
    for (const [name, text] of wrongSegments(good)) {
      const fits = !badlyEncoded.has(name) && schemaCheck(schema).fits(decodeURIComponent(text))
      if (fits && isElsewhere(param)) continue
      const target = targetOf(endpoint, { ...encodedParams(right), [param]: text }, encodedQuery(right.query))
      const passes = fits && target.length < MAX_TARGET
      const make = () => request(parts, { target, refusedWith: passes ? undefined : PATH })
      yield { sort: `path: ${name}`, name: `${param} is ${name}`, make }
    }
  }
}

/** Bytes of a target that the head of a request has room for. */
const MAX_TARGET = 30 * 1024

/** Names of other servers: nobody is called up who does not take part. */
const isElsewhere = (name: string): boolean => ['serverName', 'server', 'via', 'server_name'].includes(name)

function* wrongQueries(parts: Parts): Generator<WrongRequest> {
  const { endpoint, right, world } = parts
  if (endpoint.query === undefined) return
  const { required = [], properties = {} } = shapeOf(endpoint.query)
  for (const [param, { kind, repeated }] of queryPlan(endpoint.query)) {
    const others = encodedQuery(Object.fromEntries(Object.entries(right.query).filter(([name]) => name !== param)))
    const ask = (sort: string, name: string, texts: readonly string[], refused: boolean): WrongRequest => {
      const pairs = texts.map((text) => `${encodeURIComponent(param)}=${text}`)
      const target = targetOf(endpoint, encodedParams(right), [...others, ...pairs])
      const passes = !refused && target.length < MAX_TARGET
      const make = () => request(parts, { target, refusedWith: passes ? undefined : QUERY })
      return { sort: `query: ${sort}`, name: `${param}: ${name}`, make }
    }
    if (required.includes(param)) yield ask('missing', 'missing', [], true)
    const schema = properties[param] ?? {}
    const fits = (text: string) => schemaCheck(schema).fits(repeated ? [read(text, kind)] : read(text, kind))
    const wrong = [...wrongQuery(kind), ...world.foreignTokens.map((text) => ['a token of elsewhere', text] as const)]
    for (const [name, text] of wrong) {
      const passes = !badlyEncoded.has(name) && fits(decodeURIComponent(text.replaceAll('+', ' ')))
      if (passes && (isElsewhere(param) || (isWait(param) && Number(text) > 0))) continue
      yield ask(`${kind}, ${name}`, name, [text], !passes)
    }
    const good = right.query[param]
    if (good !== undefined) yield ask('repeated', 'twice', [encodeURIComponent(good), 'x'], repeated && !fits('x'))
    const many = good ?? (isElsewhere(param) ? alfa : 'x')
    yield ask(
      'repeated',
      '500 times',
      Array.from({ length: 500 }, () => encodeURIComponent(many)),
      !fits(many),
    )
  }
}

/** Long polls wait as long as they are asked to, within a bound of minutes. */
const isWait = (param: string): boolean => param === 'timeout'

function read(text: string, kind: QueryKind): unknown {
  if (kind === 'string') return text
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return /^-?\d{1,16}$/.test(text) ? Number(text) : text
}

function* wrongMembers(parts: Parts): Generator<WrongRequest> {
  const { endpoint, right, world } = parts
  if (right.body === undefined || typeof endpoint.body !== 'object') return
  const schema: TSchema = endpoint.body
  for (const place of placesOf(schema, right.body, world.known)) {
    const name = place.join('.')
    const without = () => JSON.stringify(replaced(right.body, schema, place, undefined, world.known))
    yield ofBody(parts, 'body: a member is missing', `${name} is missing`, without)
    for (const [wrong, text] of wrongJson) {
      if (isWait(String(place.at(-1))) && Number(text) > 0) continue
      const body = () => withText(right.body ?? {}, schema, place, text, world)
      yield ofBody(parts, `body: ${wrong}`, `${name} is ${wrong}`, body)
    }
  }
  yield* wrongEvents(parts)
}

function withText(body: Json, schema: TSchema, place: Place, text: string, { known }: World): string {
  const marked = JSON.stringify(replaced(body, schema, place, MARK, known))
  return marked.replace(JSON.stringify(MARK), () => text)
}

/** Members of an event, which carries the hash and signature that it should: only the rooms can say what is wrong. */
function* wrongEvents(parts: Parts): Generator<WrongRequest> {
  const { right, world } = parts
  if (right.event === undefined) return
  const { draft, forge } = right.event
  for (const place of placesOf(anything, draft, world.known)) {
    for (const [wrong, text] of wrongJson) {
      const make = () => {
        const changed = parseJson(Buffer.from(withText(draft, anything, place, text, world)), { numbers: 'any' }).ok
        // What cannot be read cannot be signed either: as it is, then.
        const forged = { ...right, ...forge(isObject(changed) ? changed : draft) }
        return ofBody({ ...parts, right: forged }, '', '', () => JSON.stringify(forged.body)).make()
      }
      yield { sort: `event: ${wrong}`, name: `${place.join('.')} of the event is ${wrong}`, make }
    }
  }
}

const anything: TSchema = { type: 'object', properties: {} }

type Bytes = string | Uint8Array | undefined

function ofBody(
  parts: Parts,
  sort: string,
  name: string,
  body: () => Bytes,
  headers: Made['headers'] = {},
): WrongRequest {
  const make = () => {
    const made = body()
    const bytes = typeof made === 'string' ? Buffer.from(made) : made
    return request(parts, { body: bytes, headers, refusedWith: refusalOf(parts.endpoint, bytes) })
  }
  return { sort, name, make }
}

/** Errcodes for a body that the definition does not let through. */
function refusalOf(
  { body, bodyLimit = 1024 * 1024, emptyBody, authenticate }: Endpoint,
  bytes: Uint8Array | undefined,
) {
  if (bytes === undefined || bytes.length === 0) return emptyBody === true ? undefined : BODY
  if (bytes.length > bodyLimit) return ['M_TOO_LARGE']
  const { ok, error } = parseJson(bytes, { numbers: authenticate === 'signed' ? 'faithful' : 'any' })
  if (error !== undefined) return ['M_NOT_JSON', 'M_BAD_JSON']
  return typeof body === 'object' && !schemaCheck(body).fits(ok) ? BODY : undefined
}

function* wholeBodies(parts: Parts): Generator<WrongRequest> {
  const { endpoint, right } = parts
  if (right.body === undefined) return
  for (const [name, body] of wrongBodies) yield ofBody(parts, `body ${name}`, `the body is ${name}`, () => body)
  const text = JSON.stringify(right.body)
  const bytes = Buffer.from(text)
  const typed = (type: string) => ({ 'content-type': type })
  yield ofBody(parts, 'body of another type', 'the body is said to be text', () => bytes, typed('text/plain'))
  yield ofBody(
    parts,
    'body of another type',
    'the body is said to be UTF-16',
    () => bytes,
    typed('application/json; charset=utf-16'),
  )
  const packed = () => gzipSync(bytes)
  yield ofBody(parts, 'body packed', 'the body is packed', packed, { 'content-encoding': 'gzip' })
  if (!isObject(right.body)) return
  const more = text === '{}' ? '' : `,${text.slice(1, -1)}`
  yield ofBody(parts, 'body with more', '__proto__ beside', () => `{"__proto__":{"walked":true}${more}}`)
  yield ofBody(
    parts,
    'body with more',
    'a key of 64 KiB beside',
    () => `{${JSON.stringify('k'.repeat(65_536))}:1${more}}`,
  )
  yield ofBody(parts, 'body with a key twice', 'a key comes twice', () => `{"twice":1,"twice":2${more}}`)
  const limit = endpoint.bodyLimit ?? 1024 * 1024
  yield ofBody(parts, 'body too large', 'the body is too large', () => `{"x":"${'a'.repeat(limit)}"${more}}`)
}

function* wrongTokens(parts: Parts): Generator<WrongRequest> {
  const { endpoint, world } = parts
  const { authenticate } = endpoint
  const ask = (name: string, headers: Made['headers'], refusedWith: Made['refusedWith']): WrongRequest => {
    const make = () => request(parts, { token: undefined, headers, refusedWith })
    return { sort: `token: ${name}`, name, make }
  }
  if (authenticate === 'none') return
  if (authenticate === 'signed') {
    const unauthorized = ['M_UNAUTHORIZED']
    const bearer = { authorization: `Bearer ${world.anna.token}` }
    yield ask('no signature', { authorization: 'X-Matrix' }, unauthorized)
    yield ask('a token in place of a signature', bearer, unauthorized)
    const forged = `X-Matrix origin="gamma.example",destination="alfa.localhost",key="ed25519:a",sig="${'A'.repeat(86)}"`
    yield ask('a forged signature', { authorization: forged }, unauthorized)
    const long = `X-Matrix origin="${'g'.repeat(4_000)}",key="ed25519:${'k'.repeat(4_000)}",sig="AAAA"`
    yield ask('a long signature', { authorization: long }, unauthorized)
    return
  }
  const none = authenticate === 'access-token' ? ['M_MISSING_TOKEN'] : undefined
  yield ask('none', {}, none)
  yield ask(
    'a signature in its place',
    { authorization: 'X-Matrix origin="gamma.example",key="ed25519:a",sig="A"' },
    none,
  )
  const unknown = ['M_UNKNOWN_TOKEN']
  const tokens: readonly (readonly [name: string, token: string])[] = [
    ['a made-up one', 'made-up'],
    ['of another tenant', world.bo.token],
    ['logged out', world.endedToken],
    ['too old', world.oldToken],
    ['a refresh token', world.refreshToken],
    ['of 8 KiB', 'a'.repeat(8 * 1024)],
  ]
  for (const [name, token] of tokens) yield ask(name, { authorization: `Bearer ${token}` }, unknown)
  yield ask('of a guest', { authorization: `Bearer ${world.guest.token}` }, undefined)
}
