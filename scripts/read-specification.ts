// Reads the OpenAPI files of the Matrix specification and writes what our definitions are compared with, vectors/spec/endpoints.json, and
// the schemas that our answers are held against, vectors/spec/schemas.json.
// Usage: node scripts/read-specification.ts <folder data/api of matrix-org/matrix-spec>
// spec: client-server-api and server-server-api, data/api

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

type Node = { readonly [key: string]: unknown }

interface Shape {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly members?: { readonly [name: string]: Shape }
  readonly items?: Shape
  readonly values?: Shape
  readonly anyOf?: readonly Shape[]
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)
const nodeAt = (node: Node | undefined, key: string): Node | undefined => {
  const value = node?.[key]
  return isNode(value) ? value : undefined
}
const listAt = (node: Node | undefined, key: string): readonly unknown[] => {
  const value = node?.[key]
  return Array.isArray(value) ? value : []
}

const files = new Map<string, Node>()

function load(file: string): Node {
  const known = files.get(file)
  if (known !== undefined) return known
  const read: unknown = parse(readFileSync(file, 'utf8'))
  if (!isNode(read)) throw new Error(`${file} is not a YAML mapping.`)
  files.set(file, read)
  return read
}

/** A copy with every `$ref` replaced by what it stands for. The files have no cycles. */
function resolved(value: unknown, file: string): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, file))
  if (!isNode(value)) return value
  const { $ref, ...rest } = value
  const telling = Object.entries(rest).filter(
    ([key, member]) => !(isProse(key) && !isNode(member)) && key !== 'examples',
  )
  const own = Object.fromEntries(
    telling
      .filter(([key, member]) => key !== 'example' || isSchema(member))
      .map(([key, member]) => [key, resolved(member, file)]),
  )
  if (typeof $ref !== 'string') return own
  const [path = '', fragment = ''] = $ref.split('#')
  const target = path === '' ? file : resolve(dirname(file), path)
  let found: unknown = load(target)
  for (const step of fragment.split('/').filter((one) => one !== '')) found = isNode(found) ? found[step] : undefined
  const referred = resolved(found, target)
  return isNode(referred) ? { ...referred, ...own } : own
}

const isProse = (key: string): boolean => ['description', 'summary', 'title'].includes(key)
/** A member of an object may be called `example`; an example is not looked at. */
const isSchema = (value: unknown): boolean => isNode(value) && 'type' in value && 'description' in value

function shapeOf(schema: Node | undefined): Shape {
  if (schema === undefined) return {}
  const parts = listAt(schema, 'allOf').filter(isNode).map(shapeOf)
  if (parts.length > 0) return [...parts, shapeOf({ ...schema, allOf: undefined })].reduce(merged)
  const choices = [...listAt(schema, 'oneOf'), ...listAt(schema, 'anyOf')].filter(isNode)
  if (choices.length > 0) return { anyOf: choices.map(shapeOf) }
  return plainShape(schema)
}

function plainShape(schema: Node): Shape {
  const members = Object.entries(nodeAt(schema, 'properties') ?? {})
  const pattern = Object.values(nodeAt(schema, 'patternProperties') ?? {}).find(isNode)
  const additional = nodeAt(schema, 'additionalProperties')
  const values =
    pattern ?? (additional !== undefined && Object.keys(additional).some(isTelling) ? additional : undefined)
  const type = schema['type'] ?? (members.length > 0 ? 'object' : undefined)
  return {
    ...(typeof type === 'string' || Array.isArray(type) ? { type } : {}),
    ...(Array.isArray(schema['enum']) ? { enum: schema['enum'] } : {}),
    ...(members.length > 0
      ? { members: Object.fromEntries(members.map(([name, one]) => [name, shapeOf(asNode(one))])) }
      : {}),
    ...(members.length > 0 ? { required: listAt(schema, 'required').map(String).sort() } : {}),
    ...(nodeAt(schema, 'items') === undefined ? {} : { items: shapeOf(nodeAt(schema, 'items')) }),
    ...(values === undefined ? {} : { values: shapeOf(values) }),
  }
}

const isTelling = (key: string): boolean => ['type', 'oneOf', 'anyOf', 'allOf', 'properties'].includes(key)
const asNode = (value: unknown): Node => (isNode(value) ? value : {})

function merged(one: Shape, other: Shape): Shape {
  const members = { ...one.members }
  for (const [name, shape] of Object.entries(other.members ?? {})) members[name] = merged(members[name] ?? {}, shape)
  const required = [...new Set([...(one.required ?? []), ...(other.required ?? [])])].sort()
  return { ...one, ...other, ...(one.members || other.members ? { members, required } : {}) }
}

const authentications: { readonly [scheme: string]: string } = {
  accessTokenBearer: 'access-token',
  accessToken: 'access-token',
  signedRequest: 'signed',
  appserviceAccessTokenBearer: 'application-service',
}

function authenticationOf(operation: Node): string {
  const schemes = listAt(operation, 'security')
    .filter(isNode)
    .map((one) => Object.keys(one)[0])
  const named = schemes.find((scheme) => scheme !== undefined)
  if (named === undefined) return 'none'
  const authentication = authentications[named] ?? named
  return schemes.includes(undefined) ? `${authentication}?` : authentication
}

function operationOf(parts: { api: string; method: string; path: string; file: string; source: unknown }): object {
  const operation = asNode(resolved(parts.source, parts.file))
  const parameters = listAt(operation, 'parameters').filter(isNode)
  const content = nodeAt(nodeAt(operation, 'requestBody'), 'content')
  const answer = nodeAt(nodeAt(nodeAt(operation, 'responses'), '200'), 'content')
  const json = nodeAt(nodeAt(content, 'application/json'), 'schema')
  const response = nodeAt(nodeAt(answer, 'application/json'), 'schema')
  return {
    api: parts.api,
    operationId: operation['operationId'],
    method: parts.method.toUpperCase(),
    path: parts.path.trim().replaceAll(/\{(\w+)\}/g, ':$1'),
    authenticate: authenticationOf(operation),
    rateLimited: nodeAt(nodeAt(operation, 'responses'), '429') !== undefined,
    deprecated: operation['deprecated'] === true,
    params: parameters.filter((one) => one['in'] === 'path').map((one) => one['name']),
    query: Object.fromEntries(
      parameters
        .filter((one) => one['in'] === 'query')
        .map((one) => [one['name'], { required: one['required'] === true, shape: shapeOf(nodeAt(one, 'schema')) }]),
    ),
    ...(json === undefined ? {} : { body: shapeOf(json) }),
    ...(content !== undefined && json === undefined ? { body: 'bytes' } : {}),
    ...(response === undefined ? {} : { response: shapeOf(response) }),
  }
}

/** Schemas of bodies as they are, by status of the answer; null: the specification has no JSON there. */
function schemasOf(parts: { api: string; method: string; path: string; file: string; source: unknown }): object {
  const operation = asNode(resolved(parts.source, parts.file))
  const responses = Object.entries(nodeAt(operation, 'responses') ?? {}).map(([status, response]) => [
    status,
    jsonSchemaIn(nodeAt(asNode(response), 'content')) ?? null,
  ])
  const request = jsonSchemaIn(nodeAt(nodeAt(operation, 'requestBody'), 'content'))
  return {
    api: parts.api,
    operationId: operation['operationId'],
    method: parts.method.toUpperCase(),
    responses: Object.fromEntries(responses),
    ...(request === undefined ? {} : { request }),
  }
}

const jsonSchemaIn = (content: Node | undefined): Node | undefined =>
  nodeAt(nodeAt(content, 'application/json'), 'schema')

type Reading = (parts: { api: string; method: string; path: string; file: string; source: unknown }) => object

function operationsOf(folder: string, api: string, read: Reading): object[] {
  const names = readdirSync(join(folder, api)).filter((name) => name.endsWith('.yaml'))
  return names.sort().flatMap((name) => {
    const file = join(folder, api, name)
    const document = load(file)
    const variables = nodeAt(asNode(listAt(document, 'servers')[0]), 'variables')
    const base = String(nodeAt(variables, 'basePath')?.['default'] ?? '')
    return Object.entries(nodeAt(document, 'paths') ?? {}).flatMap(([path, methods]) =>
      Object.entries(asNode(methods))
        .filter(([method]) => ['get', 'put', 'post', 'delete'].includes(method))
        .map(([method, source]) => read({ api, method, path: base + path, file, source })),
    )
  })
}

const [folder = ''] = process.argv.slice(2)
/** The APIs that a homeserver serves. */
const served = ['client-server', 'server-server']

function write(name: string, apis: readonly string[], read: Reading): void {
  const operations = apis.flatMap((api) => operationsOf(folder, api, read))
  writeFileSync(`vectors/spec/${name}.json`, `[\n${operations.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
  console.log(`${operations.length} operations in vectors/spec/${name}.json`)
}

if (folder === '') {
  console.error('Say where the folder data/api of the Matrix specification is.')
  process.exitCode = 2
} else {
  write('endpoints', served, operationOf)
  // What we ask of push gateways and application services has schemas as well.
  write('schemas', [...served, 'push-gateway', 'application-service'], schemasOf)
}
