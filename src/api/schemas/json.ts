// Building blocks for schemas: JSON objects whose members are not ours to judge, and maps by key.
// spec: client-server-api #api-standards; appendices #common-identifier-format

import { type Static, type TSchema, type TUnsafe, Type } from 'typebox'
import type { JsonObject, Json as JsonValue } from '#protocol/json/json.ts'

/** Any JSON object; its members belong to whoever wrote it (event content, account data). */
export const JsonObjectSchema = Type.Unsafe<JsonObject>(Type.Object({}))

/** Any JSON value. */
export const JsonSchema = Type.Unsafe<JsonValue>(Type.Unknown())

/** Nothing to say: `{}`. Further members are tolerated in requests. */
export const EmptyObjectSchema = Type.Object({})

/** An object used as a map: every member has the same shape, whatever its name. */
export const mapOf = <S extends TSchema>(values: S): TUnsafe<{ [key: string]: Static<S> }> =>
  // Not `Type.Record`: its key pattern does not match a line feed, so a member with one in its name would go unchecked.
  Type.Unsafe<{ [key: string]: Static<S> }>(Type.Object({}, { additionalProperties: values }))

/** A map whose keys are identifiers: `mapBy(UserIdSchema, …)`. */
export const mapBy = <K extends TUnsafe<string>, S extends TSchema>(
  keys: K,
  values: S,
): TUnsafe<{ [key in Static<K>]: Static<S> }> =>
  Type.Unsafe<{ [key in Static<K>]: Static<S> }>(Type.Object({}, { additionalProperties: values, propertyNames: keys }))

/** One of the given strings and nothing else. */
export const oneOf = <const V extends readonly string[]>(...values: V): TUnsafe<V[number]> =>
  Type.Unsafe<V[number]>(Type.String({ enum: [...values] }))

/** A value that may also be null where the specification says so. */
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** A count, a limit, a duration: an integer that is not negative. */
export const CountSchema = Type.Integer({ minimum: 0 })

/** Milliseconds since 1970. May be negative or far away in events of others: they are not ours to judge here. */
export const TimestampSchema = Type.Integer()
