// Finds people by name or user ID.
// spec: client-server-api, POST /_matrix/client/v3/user_directory/search

import { refuseGuest } from '#accounts/accounts.ts'
import { searchUserDirectory } from '#api/client/search-user-directory.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

/** People in an answer: unless told, as the specification says, and at most. */
const STANDARD = 10
const MOST = 50

export const handleSearchUserDirectory = handler(
  searchUserDirectory,
  ({ rooms }: WithRooms) =>
    async ({ body, session }) => {
      refuseGuest(session)
      const { people, limited } = await rooms.discovery.people({
        userId: session.userId,
        searchTerm: body.search_term,
        limit: limitOf(body.limit, STANDARD, MOST),
      })
      const results = people.map(({ userId, displayName, avatarUrl }) => ({
        user_id: userId,
        ...(displayName !== undefined && { display_name: displayName }),
        ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
      }))
      return { limited, results }
    },
)
