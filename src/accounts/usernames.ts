// Which user IDs a new account may have, and which account a client means.
// spec: appendices #user-identifiers; client-server-api #identifier-types

import { invalidUsername } from '#protocol/errors/errors.ts'
import {
  localpartOf,
  parseUserId,
  type ServerName,
  serverNameOf,
  type UserId,
  userIdOf,
} from '#protocol/identifiers/identifiers.ts'

/**
 * The user ID of a new account. Capital letters become small ones, as the specification lets a server map a username.
 *
 * @throws `M_INVALID_USERNAME` when the name has other characters than the grammar allows, or is too long.
 */
export function newUserId(username: string, serverName: ServerName): UserId {
  const userId = userIdOf(username.toLowerCase(), serverName)
  if (userId === undefined) {
    throw invalidUsername(
      'A username has only the characters a-z, 0-9 and . _ = - / +, and at most 255 bytes together with the server name.',
    )
  }
  return userId
}

/**
 * The accounts that `m.id.user` may mean, best first: as written, then in small letters (user IDs with capitals are historical).
 * Empty for another server's user.
 */
export function accountsMeant(user: string, serverName: ServerName): readonly UserId[] {
  const asWritten = parseUserId(user.startsWith('@') ? user : `@${user}:${serverName}`)
  if (asWritten === undefined || serverNameOf(asWritten) !== serverName) return []
  const small = newUserIdOrUndefined(localpartOf(asWritten), serverName)
  return small === undefined || small === asWritten ? [asWritten] : [asWritten, small]
}

const newUserIdOrUndefined = (localpart: string, serverName: ServerName): UserId | undefined =>
  userIdOf(localpart.toLowerCase(), serverName)
