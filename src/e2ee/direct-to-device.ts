// Packs messages for another server's devices into EDUs that fit.
// spec: server-server-api #send-to-device-messaging (m.direct_to_device); an EDU has at most 64 KiB

import type { Random } from '#platform/random/random.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { CanonicalJsonError, canonicalJson, canonicalString, type JsonObject } from '#protocol/json/json.ts'
import { utf8Length } from '#protocol/size-limits/size-limits.ts'
import { MAX_EDU_BYTES } from './limits.ts'

/** "Maximum length 32 codepoints"; 24 characters carry 143 bits. */
const MESSAGE_ID_LENGTH = 24

interface Messages {
  readonly sender: UserId
  readonly type: string
  readonly messages: ReadonlyMap<UserId, ReadonlyMap<DeviceId | '*', JsonObject>>
}

/** EDUs as canonical JSON, at most 64 KiB each. Each has a message ID of its own. What has no canonical JSON cannot be sent and is left out. */
export function edusOf({ sender, type, messages }: Messages, random: Random): string[] {
  const wrap = (ofUsers: JsonObject): string => {
    const content = { message_id: random.text(MESSAGE_ID_LENGTH), messages: ofUsers, sender, type }
    return canonicalJson({ content, edu_type: 'm.direct_to_device' }, 'any')
  }
  const room = MAX_EDU_BYTES - utf8Length(wrap({}))
  const edus: string[] = []
  let users = new Map<string, Map<string, JsonObject>>()
  let size = 0
  for (const [userId, contents] of messages) {
    for (const [deviceId, content] of contents) {
      const bytes = sizeOf(deviceId, content)
      if (bytes === undefined) continue
      if (size + bytes + sizeOfUser(userId, users) > room) {
        if (users.size > 0) edus.push(wrap(objectOf(users)))
        users = new Map()
        size = 0
      }
      size += bytes + sizeOfUser(userId, users)
      const ofUser = users.get(userId) ?? new Map<string, JsonObject>()
      users.set(userId, ofUser.set(deviceId, content))
    }
  }
  if (users.size > 0) edus.push(wrap(objectOf(users)))
  return edus
}

const objectOf = (users: ReadonlyMap<string, ReadonlyMap<string, JsonObject>>): JsonObject =>
  Object.fromEntries([...users].map(([userId, contents]) => [userId, Object.fromEntries(contents)]))

/** `"user":{},` for the first message of a user. */
const sizeOfUser = (userId: UserId, users: ReadonlyMap<string, unknown>): number =>
  users.has(userId) ? 0 : utf8Length(canonicalString(userId)) + 4

/** `"device":…,` */
function sizeOf(deviceId: string, content: JsonObject): number | undefined {
  try {
    return utf8Length(canonicalString(deviceId)) + utf8Length(canonicalJson(content, 'any')) + 2
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined
    throw error
  }
}
