// An event from our own store: its text was checked when it came in, so it is only read.
// spec: server-server-api #pdus

import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, parseJson } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { assembleEvent } from './assemble-event.ts'
import type { RoomEvent } from './room-event.ts'

/** Rebuilds an event from the text that `buildEvent` or `parsePdu` gave. Throws `SyntaxError` for a text that is no JSON. */
export function eventFromStored(json: string, version: RoomVersion, eventId: EventId): RoomEvent {
  return assembleEvent(version.strictCanonicalJson ? JSON.parse(json) : readFaithfully(json), eventId, version)
}

function readFaithfully(json: string): JsonObject {
  const { ok, error } = parseJson(json, { numbers: 'faithful' })
  if (error !== undefined) throw new SyntaxError(`A stored event cannot be read: ${error}.`)
  return ok as JsonObject
}
