// Shows the profile of a local user to another server.
// spec: server-server-api, GET /_matrix/federation/v1/query/profile

import { queryProfile } from '#api/federation/query-profile.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { member } from '#protocol/json/json.ts'
import type { WithAccounts } from '../client/accounts-modules.ts'
import { handler } from '../handler.ts'

export const handleQueryProfile = handler(queryProfile, ({ accounts }: WithAccounts) => async ({ query }) => {
  const profile = await accounts.profiles.get(query.user_id)
  if (profile === undefined) throw notFound('There is no user with this ID here.')
  if (query.field === undefined) return profile
  const value = member(profile, query.field)
  return value === undefined ? {} : { [query.field]: value }
})
