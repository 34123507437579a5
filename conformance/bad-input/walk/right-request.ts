// A right request for every operation, from its definition and what the world has: the wrong ones differ from it in one thing.
// spec: docs/architecture.md (tests)

import type { Endpoint } from '#api/endpoint.ts'
import { queryPlan } from '#api/query-plan.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { fitting, shapeOf } from './schema-shape.ts'
import type { World } from './world.ts'

export interface RightRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Undefined without a JSON body. */
  readonly body: Json | undefined
  /** An event within the body: `forge` makes the request with another one, which has its hash and signature. */
  readonly event: { readonly draft: JsonObject; readonly forge: (changed: JsonObject) => Example } | undefined
  /** The access token; undefined without one. */
  readonly token: string | undefined
}

/** What replaces parts of a request that is made of the definition alone. */
export type Example = Partial<RightRequest>

export type Examples = (world: World) => Promise<readonly Example[]> | readonly Example[]

/** `federation getRoomState` for servers; operations of clients by their ID alone. */
export const nameOfOperation = ({ operationId, authenticate }: Endpoint): string =>
  authenticate === 'signed' ? `federation ${operationId}` : operationId

export function rightRequest(endpoint: Endpoint, world: World, example: Example): RightRequest {
  const { authenticate, body } = endpoint
  return {
    params: { ...paramsOf(endpoint, world), ...example.params },
    query: { ...queryOf(endpoint, world), ...example.query },
    body: body === undefined || body === 'bytes' ? undefined : (example.body ?? fitting(body, '', world.known)),
    event: example.event,
    token: authenticate.startsWith('access-token') ? (example.token ?? world.anna.token) : undefined,
  }
}

function paramsOf({ params }: Endpoint, world: World): Record<string, string> {
  const known = { ...world.known, txnId: `w${world.nextNumber()}` }
  const names = Object.entries(params?.properties ?? {})
  return Object.fromEntries(names.map(([name, schema]) => [name, String(fitting(schema, name, known))]))
}

function queryOf({ query }: Endpoint, world: World): Record<string, string> {
  if (query === undefined) return {}
  const { required = [], properties = {} } = shapeOf(query)
  const values = required.map((name) => {
    const { items } = shapeOf(properties[name] ?? {})
    const one = Array.isArray(items) || items === undefined ? properties[name] : (items as typeof query)
    return [name, String(fitting(one ?? {}, name, world.known))] as const
  })
  // Nobody waits for news here.
  return { ...Object.fromEntries(values), ...(queryPlan(query).has('timeout') && { timeout: '0' }) }
}
