// A filter of events that stands in the query as JSON.
// spec: client-server-api, GET /rooms/{roomId}/messages, /context/{eventId} (filter)

import { notJson } from '#protocol/errors/errors.ts'
import { parseRoomEventFilter, type RoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import { parseJson, sentenceFor } from '#protocol/json/json.ts'

/** @throws `M_NOT_JSON`, `M_BAD_JSON` */
export function filterInQuery(text: string | undefined): RoomEventFilter | undefined {
  if (text === undefined || text === '') return undefined
  const { ok, error } = parseJson(text)
  if (error !== undefined) throw notJson(sentenceFor(error))
  return parseRoomEventFilter(ok)
}
