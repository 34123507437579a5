// Compares every definition with the specification's own data.
// spec: vectors/spec/endpoints.json, made from the OpenAPI files of v1.19

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Endpoint } from './endpoint.ts'
import { clientEndpoints, endpoints, federationEndpoints, keysEndpoints, mediaEndpoints } from './endpoints.ts'
import { deviations } from './endpoints-deviations.ts'

interface Shape {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly members?: { readonly [name: string]: Shape }
  readonly items?: Shape
  readonly values?: Shape
  readonly anyOf?: readonly Shape[]
}

interface Operation {
  readonly api: string
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly authenticate: string
  readonly rateLimited: boolean
  readonly deprecated: boolean
  readonly params: readonly string[]
  readonly query: { readonly [name: string]: { readonly required: boolean; readonly shape: Shape } }
  readonly body?: Shape | 'bytes'
  readonly response?: Shape
}

const file = new URL('../../vectors/spec/endpoints.json', import.meta.url)
const operations: readonly Operation[] = JSON.parse(readFileSync(file, 'utf8'))

const ours: readonly (readonly [string, Endpoint])[] = [
  ...[...clientEndpoints, ...mediaEndpoints].map((one): [string, Endpoint] => ['client-server', one]),
  ...[...keysEndpoints, ...federationEndpoints].map((one): [string, Endpoint] => ['server-server', one]),
]

const operationFor = (api: string, { operationId, method }: Endpoint): Operation | undefined =>
  operations.find((one) => one.api === api && one.operationId === operationId && one.method === method)

/** JSON Schema as TypeBox makes it, in the words of the vectors. */
function shapeOf(schema: unknown): Shape {
  const {
    type,
    properties,
    required,
    items,
    additionalProperties,
    anyOf,
    enum: choices,
  } = schema as {
    readonly [keyword: string]: unknown
  }
  if (Array.isArray(anyOf)) return { anyOf: anyOf.map(shapeOf) }
  const members = Object.entries((properties ?? {}) as object).map(([name, one]) => [name, shapeOf(one)])
  return {
    ...(typeof type === 'string' ? { type } : {}),
    ...(Array.isArray(choices) ? { enum: choices } : {}),
    ...(members.length > 0 ? { members: Object.fromEntries(members), required: (required ?? []) as string[] } : {}),
    ...(items !== undefined && !Array.isArray(items) ? { items: shapeOf(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { values: shapeOf(additionalProperties) } : {}),
  }
}

/** Types that a shape admits. A choice between shapes admits the types of all of them. */
function typesOf(shape: Shape): string {
  const types = shape.anyOf?.flatMap((one) => typesOf(one).split('|')) ?? [shape.type ?? 'any'].flat()
  return [...new Set(types)].sort().join('|')
}

function* differences(spec: Shape, our: Shape, at: string): Generator<string> {
  if (spec.type === undefined && spec.anyOf === undefined) return
  if (typesOf(spec) !== typesOf(our)) return yield `${at}: ${typesOf(our)}, not ${typesOf(spec)}`
  if (spec.anyOf !== undefined) return
  const [choices, ourChoices] = [spec.enum ?? [], our.enum ?? []].map((list) => [...list].sort().join(' '))
  if (choices !== ourChoices) yield `${at}: one of "${ourChoices}", not one of "${choices}"`
  if (spec.values !== undefined) {
    if (our.values === undefined) yield `${at}: members are not checked`
    else yield* differences(spec.values, our.values, `${at}.*`)
  }
  if (spec.items !== undefined) {
    if (our.items === undefined) yield `${at}: items are not checked`
    else yield* differences(spec.items, our.items, `${at}[]`)
  }
  yield* memberDifferences(spec, our, at)
}

function* memberDifferences(spec: Shape, our: Shape, at: string): Generator<string> {
  for (const [name, shape] of Object.entries(spec.members ?? {})) {
    const member = our.members?.[name]
    if (member === undefined) yield `${at}.${name}: is not there`
    else yield* differences(shape, member, `${at}.${name}`)
    const isRequired = spec.required?.includes(name) ?? false
    if (member !== undefined && (our.required?.includes(name) ?? false) !== isRequired) {
      yield `${at}.${name}: ${isRequired ? 'optional, not required' : 'required, not optional'}`
    }
  }
  for (const name of Object.keys(our.members ?? {})) {
    if (spec.members?.[name] === undefined) yield `${at}.${name}: is not in the specification`
  }
}

function* allDifferences(api: string, our: Endpoint): Generator<string> {
  const at = `${api} ${our.operationId}`
  const spec = operationFor(api, our)
  if (spec === undefined) return yield `${at}: is not in the specification`
  if (our.path !== spec.path) yield `${at}: path ${our.path}, not ${spec.path}`
  if (our.authenticate !== spec.authenticate) yield `${at}: authenticate ${our.authenticate}, not ${spec.authenticate}`
  if ((our.rateLimit !== 'none') !== spec.rateLimited)
    yield `${at}: rateLimit ${our.rateLimit}, not ${spec.rateLimited}`
  const params = Object.keys(our.params?.properties ?? {})
  if (params.join() !== [...spec.params].sort((one, other) => params.indexOf(one) - params.indexOf(other)).join()) {
    yield `${at}: params ${params}, not ${spec.params}`
  }
  yield* differences(queryShape(spec), { type: 'object', ...shapeOf(our.query ?? {}) }, `${at} query`)
  yield* bodyDifferences(spec.body, our.body, `${at} body`)
  if ((spec.response === undefined) !== (our.response === undefined)) yield `${at} response: JSON or not?`
  else if (spec.response !== undefined) yield* differences(spec.response, shapeOf(our.response), `${at} response`)
}

function queryShape({ query }: Operation): Shape {
  const entries = Object.entries(query)
  const required = entries.filter(([, one]) => one.required).map(([name]) => name)
  return { type: 'object', members: Object.fromEntries(entries.map(([name, one]) => [name, one.shape])), required }
}

function* bodyDifferences(spec: Operation['body'], our: Endpoint['body'], at: string): Generator<string> {
  if (typeof spec === 'string' || typeof our === 'string' || spec === undefined || our === undefined) {
    if (spec !== our) yield `${at}: JSON, bytes or nothing?`
    return
  }
  yield* differences(spec, shapeOf(our), at)
}

test('every definition is as the specification says, but for the deviations that have a reason', () => {
  const found = ours.flatMap(([api, one]) => [...allDifferences(api, one)])
  const unexplained = found.filter((one) => !deviations.some(({ difference }) => difference.test(one)))
  assert.deepEqual(unexplained, [])
  const past = deviations.filter(({ difference }) => !found.some((one) => difference.test(one)))
  assert.deepEqual(past, [], 'These deviations are no more.')
})

test('no path with its method is defined twice, former paths included, and every one keeps its parameters', () => {
  const seen = new Set<string>()
  for (const { method, path, formerPaths = [], params } of endpoints) {
    for (const one of [path, ...formerPaths]) {
      const shape = `${method} ${one.replaceAll(/:\w+/g, ':')}`
      assert.ok(!seen.has(shape), shape)
      seen.add(shape)
    }
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
    assert.deepEqual(Object.keys(params?.properties ?? {}), named, path)
  }
})

test('every definition has a file and a list of its own', () => {
  assert.equal(endpoints.length, ours.length)
  const names = ours.map(([api, { operationId, method }]) => `${api} ${method} ${operationId}`)
  assert.equal(new Set(names).size, names.length)
})

test('what the specification has and we do not define yet', (t) => {
  const defined = new Set(ours.map(([api, one]) => operationFor(api, one)))
  const missing = operations.filter((one) => !defined.has(one) && !one.deprecated)
  t.diagnostic(`${defined.size - 1} of ${operations.length} operations are defined; not yet, and not deprecated:`)
  for (const { method, path, operationId } of missing) t.diagnostic(`${operationId}: ${method} ${path}`)
  assert.ok(missing.length < operations.length / 4)
})
