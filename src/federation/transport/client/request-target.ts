// Builds request targets: every parameter percent-encoded once, so that what is signed is what is sent.
// spec: server-server-api #request-authentication (the `uri` that is signed)

export type QueryValue = string | number | boolean
/** Repeat a name for a list. Undefined values are left out. */
export type Query = readonly (readonly [name: string, value: QueryValue | undefined])[]

/** A path with its parameters encoded: path`/_matrix/federation/v1/event/${eventId}`. */
export function path(literals: TemplateStringsArray, ...params: readonly string[]): string {
  return literals.reduce((text, literal, index) => `${text}${encodeURIComponent(params[index - 1] ?? '')}${literal}`)
}

export function targetOf(path: string, query: Query = []): string {
  const pairs = query.flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`],
  )
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}
