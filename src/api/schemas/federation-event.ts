// What servers exchange: PDUs and EDUs. A PDU's form depends on its room version and is judged by `#protocol/events`.
// spec: server-server-api #pdus, #edus

import { Type } from 'typebox'
import { JsonObjectSchema } from './json.ts'

/** An event as another server wrote it, or as we stored it. */
export const PduSchema = JsonObjectSchema

export const PdusSchema = Type.Array(PduSchema)

/** An EDU that is not understood is skipped by its type, so nothing is asked of it but to be one. */
export const EduSchema = Type.Object({ content: JsonObjectSchema, edu_type: Type.String() })
