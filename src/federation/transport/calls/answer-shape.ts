// Reads answers of other servers member by member. What is missing, of another type, or too much, makes the whole answer bad.
// spec: server-server-api #api-standards

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, isObject, type Json, type JsonObject, member, objectAt } from '#protocol/json/json.ts'
import { badAnswer, type Outcome, succeeded } from '../failure.ts'

/** Thrown by the readers below; becomes a `BadAnswer` in `readAs` and leaves this folder in no other way. */
class WrongShape extends Error {}

/** Runs a reader over an answer. */
export function readAs<From, To>(
  destination: ServerName,
  outcome: Outcome<From>,
  read: (from: From) => To,
): Outcome<To> {
  if (!outcome.ok) return outcome
  try {
    return succeeded(read(outcome.value))
  } catch (error) {
    if (error instanceof WrongShape) return badAnswer(destination, error.message)
    throw error
  }
}

export function wrong(reason: string): never {
  throw new WrongShape(reason)
}

/** The value, or the answer is bad. `what` names the member and what it should be. */
export function must<Value>(value: Value | undefined, what: string): Value {
  return value === undefined ? wrong(`The answer has no ${what}.`) : value
}

/** A list of at most `max` items, of any kind. PDUs stay raw: one bad event must not spoil the others. */
export function listAt(object: JsonObject, key: string, max: number): readonly Json[] {
  const list = must(arrayAt(object, key), `list ${key}`)
  return list.length > max ? wrong(`The list ${key} has more than ${max} items.`) : list
}

/** As `listAt`; an absent list is an empty one, and so is `null`, which Dendrite writes for it. */
export const listOrNoneAt = (object: JsonObject, key: string, max: number): readonly Json[] =>
  (member(object, key) ?? null) === null ? [] : listAt(object, key, max)

/** A list of identifiers, each parsed. */
export function idsAt<Id>(
  object: JsonObject,
  key: string,
  max: number,
  parse: (text: string) => Id | undefined,
): readonly Id[] {
  return listAt(object, key, max).map((item) =>
    must(typeof item === 'string' ? parse(item) : undefined, `valid identifier in ${key}`),
  )
}

/** The members of an object, at most `max`. */
export function entriesAt(object: JsonObject, key: string, max: number): readonly (readonly [string, Json])[] {
  return entriesOf(must(objectAt(object, key), `object ${key}`), key, max)
}

export function entriesOf(object: JsonObject, what: string, max: number): readonly (readonly [string, Json])[] {
  const entries = Object.entries(object)
  return entries.length > max ? wrong(`The object ${what} has more than ${max} members.`) : entries
}

export const mustBeObject = (value: Json | undefined, what: string): JsonObject =>
  isObject(value) ? value : wrong(`The answer has no object ${what}.`)
