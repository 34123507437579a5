// Operators write `rate_limits`, our code reads `rateLimits`.

type CamelName<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelName<Tail>>}` : Name

export type CamelCased<Value> = Value extends readonly (infer Item)[]
  ? readonly CamelCased<Item>[]
  : Value extends object
    ? { readonly [Name in keyof Value as CamelName<Name>]: CamelCased<Value[Name]> }
    : Value

/** The same value with camelCase names all the way down. */
export function camelCased<Value>(value: Value): CamelCased<Value> {
  return convert(value) as CamelCased<Value>
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    convert(inner),
  ])
  return Object.fromEntries(entries)
}
