// Searches the messages that the user may see.
// spec: client-server-api, POST /_matrix/client/v3/search

import { refuseGuest } from '#accounts/accounts.ts'
import { search } from '#api/client/search.ts'
import { limitOf, parseRoomEventFilter, type RoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { Rooms, SearchRequest } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'
import { searchAnswer } from './search-answer.ts'

/** Results of a page: unless told, and at most. Each may bring events around it. */
const STANDARD = 10
const MOST = 50
/** Events on each side of a result: unless told, and at most. */
const AROUND = 5
const MOST_AROUND = 20

export const handleSearch = handler(search, ({ accounts, rooms }: WithRooms) => async ({ query, body, session }) => {
  refuseGuest(session)
  const asked = body.search_categories.room_events
  if (asked === undefined) return { search_categories: {} }
  const { event_context: around } = asked
  const filter = asked.filter && (await filterOf(rooms, asked.filter))
  const request: SearchRequest = {
    searchTerm: asked.search_term,
    keys: asked.keys ?? ['content.body', 'content.name', 'content.topic'],
    order: asked.order_by ?? 'rank',
    filter,
    limit: Math.max(1, limitOf(filter?.limit, STANDARD, MOST)),
    groupBy: (asked.groupings?.group_by ?? []).flatMap(({ key }) => key ?? []),
    context: around && {
      before: limitOf(around.before_limit, AROUND, MOST_AROUND),
      after: limitOf(around.after_limit, AROUND, MOST_AROUND),
      withProfiles: around.include_profile ?? false,
    },
    includeState: asked.include_state ?? false,
    from: query.next_batch,
  }
  return rawJson(searchAnswer(await rooms.search.events(request, await readerOf(accounts, session))))
})

/** A room that is asked for stands for those that it replaced as well. */
async function filterOf(
  { search }: Pick<Rooms, 'search'>,
  asked: { readonly rooms?: readonly string[] },
): Promise<RoomEventFilter> {
  const rooms = asked.rooms && (await search.withPredecessors(asked.rooms))
  // The definition has looked at its members; what the filter means is for its own reader.
  return parseRoomEventFilter({ ...asked, ...(rooms && { rooms }) } as JsonObject)
}
