// The profile of any user: our own, or asked of the user's server.
// spec: client-server-api #profiles (server behaviour)

import type { Accounts } from '#accounts/accounts.ts'
import { type FederationTransport, matrixErrorOf } from '#federation/transport/transport.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'

export interface ProfileSources {
  readonly accounts: Accounts
  readonly federation: FederationTransport
}

export interface ProfileQuestion {
  readonly userId: UserId
  readonly field?: string
  readonly serverName: ServerName
  readonly signal: AbortSignal
}

/** The whole profile; of a remote user with `field` perhaps that alone. @throws 404, 403, 502 when the other server does not answer. */
export async function profileOf(question: ProfileQuestion, sources: ProfileSources): Promise<JsonObject> {
  const { userId, field, serverName, signal } = question
  if (serverNameOf(userId) !== serverName) {
    const outcome = await sources.federation.queryProfile(serverNameOf(userId), { userId, field }, signal)
    if (outcome.ok) return outcome.value
    throw matrixErrorOf(outcome.failure)
  }
  const profile = await sources.accounts.profiles.get(userId)
  if (profile === undefined) throw notFound('There is no user with this ID. Check its spelling.')
  return profile
}
