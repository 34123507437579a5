// What is told of networks behind bridges: protocols, places and users there.
// spec: client-server-api #third-party-networks

import { Type } from 'typebox'
import { JsonObjectSchema, mapOf } from './json.ts'

export const ProtocolSchema = Type.Object({
  field_types: mapOf(Type.Object({ placeholder: Type.String(), regexp: Type.String() })),
  icon: Type.String(),
  instances: Type.Array(
    Type.Object({
      desc: Type.String(),
      fields: JsonObjectSchema,
      icon: Type.Optional(Type.String()),
      instance_id: Type.Optional(Type.String()),
      network_id: Type.String(),
    }),
  ),
  location_fields: Type.Array(Type.String()),
  user_fields: Type.Array(Type.String()),
})

export const LocationsSchema = Type.Array(
  Type.Object({ alias: Type.String(), fields: JsonObjectSchema, protocol: Type.String() }),
)

export const ThirdPartyUsersSchema = Type.Array(
  Type.Object({ fields: JsonObjectSchema, protocol: Type.String(), userid: Type.String() }),
)
