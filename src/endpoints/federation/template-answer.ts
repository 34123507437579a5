// A draft of an event as text.
// spec: server-server-api, GET /_matrix/federation/v1/make_join/{roomId}/{userId}

import { canonicalJson, type JsonObject } from '#protocol/json/json.ts'
import { rawJson } from '../answer.ts'

export const templateAnswer = (template: { readonly roomVersion: string; readonly event: JsonObject }) =>
  rawJson(canonicalJson({ event: template.event, room_version: template.roomVersion }, 'faithful'))
