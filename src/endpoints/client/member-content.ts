// What a member event says of a user: display name and avatar of our own users; of others their own server tells.
// spec: client-server-api #mroommember, #profiles (events on change of profile information)

import type { Accounts } from '#accounts/accounts.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'

export async function memberContent(accounts: Accounts, userId: UserId, reason?: string): Promise<JsonObject> {
  const profile = (await accounts.profiles.short([userId])).get(userId)
  const content: JsonObject = {}
  if (profile?.displayName !== undefined) content['displayname'] = profile.displayName
  if (profile?.avatarUrl !== undefined) content['avatar_url'] = profile.avatarUrl
  if (reason !== undefined) content['reason'] = reason
  return content
}
