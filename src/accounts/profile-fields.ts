// The rules of profile fields: which names, which values, how large.
// spec: client-server-api #profiles, PUT /_matrix/client/v3/profile/{userId}/{keyName} (since v1.16)

import { badJson, invalidParam, keyTooLarge, missingParam, profileTooLarge } from '#protocol/errors/errors.ts'
import { isNamespacedId, parseMxcUri } from '#protocol/identifiers/identifiers.ts'
import { isWithinDepth, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import { fitsIn, utf8Length } from '#protocol/size-limits/size-limits.ts'

export const MAX_PROFILE_BYTES = 65_536
const MAX_KEY_BYTES = 255
/** A name stands in every membership event, which has 64 KiB for everything. */
const MAX_DISPLAY_NAME_BYTES = 1024
const MAX_AVATAR_URL_BYTES = 1024
const MAX_TIME_ZONE_BYTES = 255
/** A value goes to other servers and clients whole: deep enough for any use, shallow enough for any reader. */
const MAX_VALUE_DEPTH = 32

/** @throws `M_KEY_TOO_LARGE` over 255 bytes, `M_INVALID_PARAM` for a name outside the grammar. */
export function checkFieldName(name: string): void {
  if (!fitsIn(name, MAX_KEY_BYTES)) throw keyTooLarge(`The name of a profile field has at most ${MAX_KEY_BYTES} bytes.`)
  if (name === 'displayname' || name === 'avatar_url') return
  if (!isNamespacedId(name) || !name.includes('.')) {
    throw invalidParam(
      'A profile field is displayname, avatar_url, m.tz or a name of your own such as org.example.field.',
    )
  }
}

/** The value of the field in the body of the request. @throws `M_MISSING_PARAM` when it is not there. */
export function fieldInBody(body: JsonObject, name: string): Json {
  const value = member(body, name)
  if (value === undefined) throw missingParam(`The body must have the member "${name}", as in the path.`)
  return value
}

/**
 * The value to store; undefined: the field goes (clients take a name or picture away by setting it to the empty string).
 *
 * @throws `M_BAD_JSON`, `M_INVALID_PARAM`.
 */
export function fieldValue(name: string, value: Json): Json | undefined {
  if (name === 'displayname') return text(name, value, MAX_DISPLAY_NAME_BYTES) || undefined
  if (name === 'm.tz') return text(name, value, MAX_TIME_ZONE_BYTES)
  if (name === 'avatar_url') return avatarUrl(value)
  if (!isWithinDepth(value, MAX_VALUE_DEPTH)) {
    throw badJson(`A profile value may be nested ${MAX_VALUE_DEPTH} deep. Make it flatter.`)
  }
  return value
}

function avatarUrl(value: Json): string | undefined {
  const url = text('avatar_url', value, MAX_AVATAR_URL_BYTES)
  if (url === '') return undefined
  if (parseMxcUri(url) === undefined) throw invalidParam('avatar_url must be an mxc:// address of uploaded media.')
  return url
}

function text(name: string, value: Json, maxBytes: number): string {
  if (typeof value !== 'string') throw badJson(`"${name}" must be a string.`)
  if (!fitsIn(value, maxBytes)) throw invalidParam(`"${name}" has at most ${maxBytes} bytes. Choose a shorter one.`)
  if (value.includes('\0')) throw invalidParam(`"${name}" may not have the character NUL.`)
  return value
}

/** The profile as it is stored. @throws `M_PROFILE_TOO_LARGE` from 64 KiB on. */
export function profileText(fields: JsonObject): string {
  const stored = JSON.stringify(fields)
  if (utf8Length(stored) >= MAX_PROFILE_BYTES) {
    throw profileTooLarge('The whole profile must stay under 64 KiB. Remove a field first.')
  }
  return stored
}
