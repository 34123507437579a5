// The events that the caller has been notified of.
// spec: client-server-api, GET /_matrix/client/v3/notifications

import { getNotifications } from '#api/client/get-notifications.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import type { PastNotification } from '#push/push.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'
import { optionalText, plainReader } from './room-reader.ts'

/** Notifications of a page unless told, and at most. */
const STANDARD = 20
const MOST = 100

export const handleGetNotifications = handler(getNotifications, ({ push }: WithPush) => async ({ query, session }) => {
  const page = await push.notifications(plainReader(session), {
    from: query.from === undefined || query.from === '' ? undefined : positionOf(query.from),
    limit: Math.max(1, limitOf(query.limit, STANDARD, MOST)),
    onlyHighlights: query.only === 'highlight',
  })
  const next = page.next === undefined ? undefined : String(page.next)
  return rawJson(`{"notifications":[${page.notifications.map(textOf).join(',')}]${optionalText('next_token', next)}}`)
})

function positionOf(token: string): number {
  if (!/^\d{1,15}$/.test(token))
    throw invalidParam('`from` is no token of this server. Send the `next_token` of a page.')
  return Number(token)
}

const textOf = ({ known, json, actions, read }: PastNotification): string =>
  `{"actions":${JSON.stringify(actions)},"event":${json},"read":${read},"room_id":${JSON.stringify(known.event.roomId)},"ts":${known.receivedTs}}`
