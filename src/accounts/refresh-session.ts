// New tokens for old. The old refresh token stays good until one of the new tokens is used, so an answer that got lost costs nothing.
// spec: client-server-api #refreshing-access-tokens, POST /_matrix/client/v3/refresh

import { query } from '#platform/database/database.ts'
import { unknownToken } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { lockedAccount } from './authenticate.ts'
import { makeTokens, type OpenedSession, type OpenSessionParts, tokenInserts } from './open-session.ts'
import { hashOf, isTokenLike } from './secret-tokens.ts'
import { deleteNewerTokens, deleteOlderTokens, selectToken, type TokenRow } from './store/session-tokens.ts'

/** @throws 401 `M_UNKNOWN_TOKEN` for a refresh token that is unknown or was replaced, 401 `M_USER_LOCKED`. */
export async function refreshSession(refreshToken: string, parts: OpenSessionParts): Promise<OpenedSession> {
  if (!isTokenLike(refreshToken)) throw refusedRefreshToken()
  const hash = hashOf(refreshToken)
  const { user_id } = usable(await parts.database.one(selectToken, hash, 'refresh'))
  return parts.turns.run(user_id as UserId, async () => {
    // Read again: a refresh that went before may have ended this token.
    const row = usable(await parts.database.one(selectToken, hash, 'refresh'))
    const userId = row.user_id as UserId
    const deviceId = row.device_id as DeviceId
    const tokens = makeTokens(true, parts)
    const generation = row.generation + 1
    await parts.database.atomically([
      query(deleteOlderTokens, userId, deviceId, row.generation),
      query(deleteNewerTokens, userId, deviceId, row.generation),
      ...tokenInserts({ userId, deviceId, generation, now: parts.clock.now() }, tokens),
    ])
    parts.sessions.dropUser(userId)
    const { access, refresh, expiresIn } = tokens
    return { userId, deviceId, accessToken: access.token, refreshToken: refresh?.token, expiresIn }
  })
}

function usable(row: TokenRow | undefined): TokenRow {
  if (row === undefined || row.is_deactivated) throw refusedRefreshToken()
  if (row.is_locked) throw lockedAccount()
  return row
}

const refusedRefreshToken = () => unknownToken('The refresh token is not valid, or was used already. Log in again.')
