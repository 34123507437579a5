// Delayed events, before they are in the specification: clients ask for the delay in the query.
// A server must never pass over the delay: a "has left the call" that was meant for later would be sent at once.
// spec: MSC4140

import { Type } from 'typebox'
import { CountSchema } from './json.ts'

export const DelaySchema = Type.Object({ 'org.matrix.msc4140.delay': Type.Optional(CountSchema) })
