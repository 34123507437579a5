// Walking through a long list.
// spec: appendices #pagination

import { Type } from 'typebox'
import { CountSchema, oneOf } from './json.ts'

/** `b`: backwards in time; `f`: forwards. */
export const DirectionSchema = oneOf('b', 'f')

/** A token of an earlier answer. Opaque to the client; judged by whoever made it. */
export const TokenSchema = Type.String({ maxLength: 1024 })

export const LimitSchema = CountSchema
