// User IDs. What exists is accepted, what we make is strict.
// spec: appendices #user-identifiers, #historical-user-ids

import type { ServerName, UserId } from './identifier-types.ts'
import { isLocalpartAndServer, localpart, serverPart } from './localpart-and-server.ts'

const newLocalpart = /^[a-z0-9._=\-/+]+$/
const compliantLocalpart = /^[\x21-\x39\x3b-\x7e]+$/

/** A user ID, also a historical one: any localpart without `:` and NUL, even an empty one, at most 255 bytes. */
export function parseUserId(text: string): UserId | undefined {
  return isLocalpartAndServer(text, '@') ? (text as UserId) : undefined
}

/** True if a new account may have this localpart. The 255 bytes of the whole ID are checked by `userIdOf`. */
export const isValidNewLocalpart = (text: string): boolean => newLocalpart.test(text)

/** False for IDs that must not be shown to clients outside an event: an empty localpart, or one beyond visible ASCII. */
export const isCompliantUserId = (userId: UserId): boolean => compliantLocalpart.test(localpart(userId))

export const serverNameOf = (userId: UserId): ServerName => serverPart(userId)

export const localpartOf = (userId: UserId): string => localpart(userId)

/** The ID of a new account, undefined if the localpart is not one that we give out or the ID is too long. */
export function userIdOf(newUserLocalpart: string, serverName: ServerName): UserId | undefined {
  return isValidNewLocalpart(newUserLocalpart) ? parseUserId(`@${newUserLocalpart}:${serverName}`) : undefined
}
