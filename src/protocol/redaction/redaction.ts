// Redaction: what is left of an event when its content is taken away. Face of the folder.
// spec: rooms/v1, v6, v8, v9, v11 #redactions

import { isObject, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'

/**
 * The redacted form of a PDU: only the members that its room version keeps. Takes and gives the wire form; never changes its
 * argument. Redacting twice gives the same as redacting once.
 */
export function redactPdu(pdu: JsonObject, version: RoomVersion): JsonObject {
  const redacted: JsonObject = {}
  for (const name of version.redaction.topLevel) {
    const value = member(pdu, name)
    if (value !== undefined) redacted[name] = value
  }
  const content = member(pdu, 'content')
  if (content !== undefined) redacted['content'] = redactContent(content, member(pdu, 'type'), version)
  return redacted
}

/** The content that survives a redaction of an event of this type. Anything but an object becomes an empty one. */
export function redactContent(content: Json, type: Json | undefined, version: RoomVersion): JsonObject {
  const kept = typeof type === 'string' ? keptContent(version, type) : undefined
  if (kept === undefined || !isObject(content)) return {}
  if (kept === '*') return content
  const redacted: JsonObject = {}
  for (const path of kept) keep(path, content, redacted)
  return redacted
}

/** What survives in the content of this type: undefined is nothing, `*` is all. */
export const keptContent = (version: RoomVersion, type: string): '*' | readonly string[] | undefined =>
  Object.hasOwn(version.redaction.content, type) ? version.redaction.content[type] : undefined

function keep(path: string, from: JsonObject, to: JsonObject): void {
  const dot = path.indexOf('.')
  const name = dot === -1 ? path : path.slice(0, dot)
  const value = member(from, name)
  if (value === undefined) return
  if (dot === -1) {
    to[name] = value
    return
  }
  // The object around a kept member stays, also when it turns out empty: other servers hash it so.
  if (!isObject(value)) return
  const inner: JsonObject = {}
  keep(path.slice(dot + 1), value, inner)
  to[name] = inner
}
