// The schema as a tree of names and meanings: for the manual, for what a place expects, for reading the environment.

import { z } from 'zod'
import { configSchema } from './schema.ts'

export interface Outline {
  readonly description: string
  readonly expected: string
  readonly isPath: boolean
  /** Written as it is in the environment, without reading it as YAML. */
  readonly isText: boolean
  readonly default: unknown
  readonly required: boolean
  /** Children of an object. */
  readonly names: ReadonlyMap<string, Outline>
  /** What a list holds. */
  readonly item: Outline | undefined
}

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly expected?: string
  readonly path?: boolean
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
}

export function outlineOfConfig(): Outline {
  return outlineOf(z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema, false)
}

/** What is at a path of names and list indexes, if the schema knows it. */
export function outlineAt(root: Outline, path: readonly PropertyKey[]): Outline | undefined {
  let here: Outline | undefined = root
  for (const step of path) here = here?.names.get(String(step)) ?? here?.item
  return here
}

function outlineOf(schema: JsonSchema, required: boolean): Outline {
  const names = Object.entries(schema.properties ?? {}).map(
    ([name, inner]) => [name, outlineOf(inner, schema.required?.includes(name) ?? false)] as const,
  )
  return {
    description: schema.description ?? '',
    expected: schema.expected ?? (schema.type === 'object' ? 'a group of settings' : 'another value'),
    isPath: schema.path ?? false,
    isText: schema.type === 'string',
    default: schema.default,
    required,
    names: new Map(names),
    item: schema.items && outlineOf(schema.items, false),
  }
}
