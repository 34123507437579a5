// Shows the profile of a user.
// spec: client-server-api, GET /_matrix/client/v3/profile/{userId}

import { getUserProfile } from '#api/client/get-user-profile.ts'
import { handler } from '../handler.ts'
import { type ProfileSources, profileOf } from './profile-of.ts'

export const handleGetUserProfile = handler(
  getUserProfile,
  (sources: ProfileSources) =>
    async ({ params, serverName, http }) =>
      profileOf({ userId: params.userId, serverName, signal: http.signal }, sources),
)
