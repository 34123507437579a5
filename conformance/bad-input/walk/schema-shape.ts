// What a schema says, as far as wrong values are made of it: the kinds of its values, the places within it, and a value that fits.
// spec: docs/architecture.md (tests)

import type { TSchema } from 'typebox'
import { schemaCheck } from '#api/validation.ts'
import { isObject, type Json, type JsonObject } from '#protocol/json/json.ts'

/** A JSON schema, as the definitions hold it at run time. */
export interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: TSchema
  readonly propertyNames?: TSchema
  readonly items?: TSchema | readonly TSchema[]
  readonly minItems?: number
  readonly enum?: readonly Json[]
  readonly anyOf?: readonly TSchema[]
  readonly minimum?: number
}

export const shapeOf = (schema: TSchema): Shape => schema as Shape

/** Names of members and places of lists, from the outside in. */
export type Place = readonly (string | number)[]

/** Values by the names that members and parameters have: so that only one thing is wrong at a time. */
export type Known = Readonly<Record<string, string>>

/** Deep enough for every member that a definition names. */
const MAX_DEPTH = 7

/** A value that fits: members that must be there, and nothing more. */
export function fitting(schema: TSchema, name: string, known: Known): Json {
  const { type, enum: choices, anyOf, minimum = 1, properties = {}, required = [] } = shapeOf(schema)
  if (choices !== undefined) return choices[0] ?? ''
  if (anyOf?.[0] !== undefined) return fitting(anyOf[0], name, known)
  switch (type) {
    case 'string':
      return fittingText(schema, name, known)
    case 'integer':
    case 'number':
      return Math.max(minimum, 1)
    case 'boolean':
      return false
    case 'array':
      return itemsOf(schema).map((item) => fitting(item, name, known))
    case 'object': {
      const members = required.map((member) => [member, fitting(properties[member] ?? {}, member, known)] as const)
      return { ...Object.fromEntries(members), ...entryOf(schema, name, known) }
    }
    default:
      return {}
  }
}

function itemsOf(schema: TSchema): readonly TSchema[] {
  const { items } = shapeOf(schema)
  if (items === undefined) return []
  return Array.isArray(items) ? items : [items as TSchema]
}

/** One entry of a map. */
function entryOf(schema: TSchema, name: string, known: Known): JsonObject {
  const { additionalProperties, propertyNames } = shapeOf(schema)
  if (!isSchema(additionalProperties)) return {}
  const key = propertyNames === undefined ? 'ed25519:a' : fittingText(propertyNames, '', known)
  return { [key]: fitting(additionalProperties, name, known) }
}

function fittingText(schema: TSchema, name: string, known: Known): string {
  const check = schemaCheck(schema)
  const candidates = [known[name] ?? 'text', ...Object.values(known)]
  return candidates.find((text) => check.fits(text)) ?? 'text'
}

/** Every place of a value that a definition or an example names, the whole not among them. */
export function placesOf(schema: TSchema, example: Json | undefined, known: Known): readonly Place[] {
  const found = new Map<string, Place>()
  const note = (place: Place) => {
    if (place.length > 0 && !found.has(JSON.stringify(place))) found.set(JSON.stringify(place), place)
  }
  walkSchema(schema, [], known, note)
  if (example !== undefined) walkValue(example, [], note)
  return [...found.values()]
}

function walkSchema(schema: TSchema, place: Place, known: Known, note: (place: Place) => void): void {
  note(place)
  if (place.length >= MAX_DEPTH) return
  const { properties = {}, additionalProperties, anyOf = [] } = shapeOf(schema)
  for (const [name, member] of Object.entries(properties)) walkSchema(member, [...place, name], known, note)
  if (isSchema(additionalProperties)) {
    const [key = ''] = Object.keys(entryOf(schema, '', known))
    walkSchema(additionalProperties, [...place, key], known, note)
  }
  for (const [index, item] of itemsOf(schema).entries()) walkSchema(item, [...place, index], known, note)
  for (const choice of anyOf) walkSchema(choice, place, known, note)
}

function walkValue(value: Json, place: Place, note: (place: Place) => void): void {
  note(place)
  if (place.length >= MAX_DEPTH || typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(name) : name
    if (member !== undefined) walkValue(member, [...place, step], note)
  }
}

/** The value with `put` at a place; what leads there is made to fit where it was missing. Without `put` the place is taken out. */
export function replaced(
  value: Json | undefined,
  schema: TSchema,
  place: Place,
  put: Json | undefined,
  known: Known,
): Json | undefined {
  const [step, ...rest] = place
  if (step === undefined) return put
  const inner = memberSchema(schema, step)
  const around = isContainer(value) ? value : fitting(schema, '', known)
  if (typeof step === 'number') {
    const list = Array.isArray(around) ? [...around] : []
    const item = replaced(list[step], inner, rest, put, known)
    return item === undefined ? list.toSpliced(step, 1) : Object.assign(list, { [step]: item })
  }
  const object: JsonObject = isObject(around) ? around : {}
  const others = Object.entries(object).filter(([name]) => name !== step)
  const member = replaced(object[step], inner, rest, put, known)
  return Object.fromEntries(member === undefined ? others : [...others, [step, member]])
}

const isContainer = (value: unknown): value is Json => typeof value === 'object' && value !== null

function memberSchema(schema: TSchema, step: string | number): TSchema {
  const { properties = {}, additionalProperties, anyOf = [] } = shapeOf(schema)
  if (typeof step === 'number') return itemsOf(schema)[step] ?? itemsOf(schema)[0] ?? anyObject
  const own = Object.hasOwn(properties, step) ? properties[step] : undefined
  if (own !== undefined) return own
  if (isSchema(additionalProperties)) return additionalProperties
  const choice = anyOf.find((each) => shapeOf(each).type === 'object')
  return choice === undefined ? anyObject : memberSchema(choice, step)
}

const anyObject: TSchema = { type: 'object', properties: {} }

const isSchema = (value: unknown): value is TSchema => typeof value === 'object' && value !== null
