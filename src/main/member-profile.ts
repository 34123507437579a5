// A user's profile as a member event carries it.
// spec: m.room.member (avatar_url, displayname)

import type { Accounts } from '#accounts/accounts.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'

export async function memberProfile(accounts: Accounts, userId: UserId): Promise<JsonObject> {
  const profile = (await accounts.profiles.short([userId])).get(userId)
  const content: JsonObject = {}
  if (profile?.displayName !== undefined) content['displayname'] = profile.displayName
  if (profile?.avatarUrl !== undefined) content['avatar_url'] = profile.avatarUrl
  return content
}
