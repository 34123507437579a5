// The operations that the specification asks of a homeserver, and which of them a request is for.
// spec: vectors/spec/endpoints.json and schemas.json, made from the OpenAPI files of v1.19

import { readFileSync } from 'node:fs'
import { endpoints } from '#api/endpoints.ts'

export interface Operation {
  readonly api: string
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly deprecated: boolean
}

/** JSON Schemas of an operation's answers by status; null: no JSON. */
export interface OperationSchemas {
  readonly api: string
  readonly operationId: string
  readonly method: string
  readonly responses: { readonly [status: string]: object | null }
}

const read = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(new URL(`../../vectors/spec/${name}.json`, import.meta.url), 'utf8'))

export const operations: readonly Operation[] = read<Operation>('endpoints')
export const schemas: readonly OperationSchemas[] = read<OperationSchemas>('schemas')

/** Names an operation: two of them share an ID, with different methods. */
export const nameOf = ({ api, method, operationId }: Pick<Operation, 'api' | 'method' | 'operationId'>): string =>
  `${api} ${method} ${operationId}`

const schemasByName = new Map(schemas.map((one) => [nameOf(one), one]))

/** Statuses with an answer in the specification, ascending. */
export const statusesOf = (operation: Operation): readonly string[] =>
  Object.keys(schemasByName.get(nameOf(operation))?.responses ?? {}).sort()

export const schemaOf = (name: string, status: number): object | undefined =>
  schemasByName.get(name)?.responses[status] ?? undefined

interface Pattern {
  readonly name: string
  readonly method: string
  readonly segments: readonly string[]
}

/** Present paths and, for what we serve, former ones. */
const patterns: readonly Pattern[] = operations.flatMap((operation) => {
  const ours = endpoints.find(
    (one) =>
      one.operationId === operation.operationId && one.method === operation.method && one.path === operation.path,
  )
  return [operation.path, ...(ours?.formerPaths ?? [])].map((path) => ({
    name: nameOf(operation),
    method: operation.method,
    segments: path.split('/'),
  }))
})

/** The operation that a request is for; literal segments win over parameters. Undefined: none of the specification's. */
export function operationFor(method: string, path: string): string | undefined {
  const segments = path.split('/')
  let best: { readonly name: string; readonly literals: number } | undefined
  for (const pattern of patterns) {
    if (pattern.method !== method || pattern.segments.length !== segments.length) continue
    const fits = pattern.segments.every((segment, index) => segment.startsWith(':') || segment === segments[index])
    if (!fits) continue
    const literals = pattern.segments.filter((segment) => !segment.startsWith(':')).length
    if (best === undefined || literals > best.literals) best = { name: pattern.name, literals }
  }
  return best?.name
}
