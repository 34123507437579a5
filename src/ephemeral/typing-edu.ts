// Typing between servers: the EDU out, and the content of one that came in.
// spec: server-server-api #typing-notifications

import { parseRoomId, parseUserId, type ServerName, serverNameOf } from '#protocol/identifiers/identifiers.ts'
import { booleanAt, canonicalString, type JsonObject, stringAt } from '#protocol/json/json.ts'
import type { TypingChange } from './typing.ts'

/** The whole EDU as canonical JSON, ready for a transaction. */
export const typingEdu = ({ roomId, userId, typing }: TypingChange): string =>
  `{"content":{"room_id":${canonicalString(roomId)},"typing":${typing},"user_id":${canonicalString(userId)}},"edu_type":"m.typing"}`

/** What the content says, undefined when it is malformed or about a user of another server. */
export function readTyping(origin: ServerName, content: JsonObject): TypingChange | undefined {
  const roomId = parseRoomId(stringAt(content, 'room_id') ?? '')
  const userId = parseUserId(stringAt(content, 'user_id') ?? '')
  const typing = booleanAt(content, 'typing')
  if (roomId === undefined || userId === undefined || typing === undefined) return undefined
  return serverNameOf(userId) === origin ? { roomId, userId, typing } : undefined
}
