// Shows one field of the profile of a user.
// spec: client-server-api, GET /_matrix/client/v3/profile/{userId}/{keyName}

import { checkFieldName } from '#accounts/accounts.ts'
import { getProfileField } from '#api/client/get-profile-field.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { member } from '#protocol/json/json.ts'
import { handler } from '../handler.ts'
import { type ProfileSources, profileOf } from './profile-of.ts'

export const handleGetProfileField = handler(
  getProfileField,
  (sources: ProfileSources) =>
    async ({ params, serverName, http }) => {
      const { userId, keyName } = params
      checkFieldName(keyName)
      const profile = await profileOf({ userId, field: keyName, serverName, signal: http.signal }, sources)
      const value = member(profile, keyName)
      if (value === undefined) throw notFound('The profile of this user has no such field.')
      return { [keyName]: value }
    },
)
