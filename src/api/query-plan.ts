// How a query string becomes the object that a definition's `query` describes.
// spec: client-server-api #api-standards; RFC 3986 §3.4, WHATWG URL application/x-www-form-urlencoded (+ is a space)

import type { TObject, TSchema } from 'typebox'

export type QueryKind = 'string' | 'integer' | 'number' | 'boolean'

export interface QueryMember {
  readonly kind: QueryKind
  /** The same key may come several times; the value is always an array. */
  readonly repeated: boolean
}

/** Member name → how to read it. */
export function queryPlan(schema: TObject): ReadonlyMap<string, QueryMember> {
  return new Map(Object.entries(schema.properties).map(([name, member]) => [name, memberOf(member)]))
}

function memberOf(schema: TSchema): QueryMember {
  const { type, items } = schema as { readonly type?: unknown; readonly items?: TSchema }
  if (type === 'array' && items !== undefined) return { kind: memberOf(items).kind, repeated: true }
  const kind = type === 'integer' || type === 'number' || type === 'boolean' ? type : 'string'
  return { kind, repeated: false }
}
