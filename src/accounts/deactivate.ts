// Ends an account for good: no login, no session, no device. Rooms are left by those who follow the fact `account`.
// spec: client-server-api #account-deactivation (`erase` since v1.10)

import type { Database } from '#platform/database/database.ts'
import { type Stream, write } from '#platform/stream/stream.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { accountDataErasure } from './account-data.ts'
import { type Devices, deletionOf } from './devices.ts'
import type { Emails } from './emails.ts'
import type { Profiles } from './profiles.ts'
import type { SessionCache } from './session-cache.ts'
import type { ShortTokens } from './short-tokens.ts'
import { deactivateAccount as deactivateWriter } from './store/accounts.ts'
import { deleteFilters } from './store/filters.ts'
import type { UserTurns } from './user-turns.ts'

export interface DeactivateParts {
  readonly database: Database
  readonly stream: Stream
  readonly devices: Devices
  readonly profiles: Profiles
  readonly sessions: SessionCache
  readonly shortTokens: ShortTokens
  readonly turns: UserTurns
  readonly emails: Emails
}

/** May be called again, also to add erasure. The account must exist. */
export async function deactivate(userId: UserId, erase: boolean, parts: DeactivateParts): Promise<void> {
  // Before the fact: who follows it finds the profile gone.
  if (erase) await parts.profiles.erase(userId)
  await parts.turns.run(userId, async () => {
    const devices = (await parts.devices.list(userId)).map(({ deviceId }) => deviceId)
    const deletion = deletionOf(userId, devices)
    const account = deletion.facts.length
    await parts.stream.append({
      facts: [...deletion.facts, { kind: 'account', user: userId, payload: { change: 'deactivated', erase } }],
      rows: [
        ...deletion.rows,
        write(deactivateWriter, { userId, erase }, account),
        ...(erase ? [accountDataErasure(userId)] : []),
      ],
    })
    parts.sessions.dropUser(userId)
    await parts.shortTokens.endLoginTokens(userId)
    await parts.shortTokens.endOpenIdTokens(userId)
    await parts.database.run(deleteFilters, userId)
    await parts.emails.removeAll(userId)
  })
}
