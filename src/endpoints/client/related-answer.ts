// The answer to the three forms of asking for related events.
// spec: client-server-api #relationships-between-events

import type { Session } from '#accounts/accounts.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import { parseToken, RECURSION_DEPTH } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { eventList, optionalText, readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

/** Events of a page unless told, and at most. */
const STANDARD = 50
const MOST = 500

export interface RelatedCall {
  readonly params: {
    readonly roomId: RoomId
    readonly eventId: EventId
    readonly relType?: string
    readonly eventType?: string
  }
  readonly query: {
    readonly dir?: 'b' | 'f'
    readonly from?: string
    readonly to?: string
    readonly limit?: number
    readonly recurse?: boolean
  }
  readonly session: Session
}

export async function relatedAnswer({ accounts, rooms }: WithRooms, { params, query, session }: RelatedCall) {
  const { from, to, recurse = false } = query
  const request = {
    roomId: params.roomId,
    eventId: params.eventId,
    relType: params.relType,
    eventType: params.eventType,
    direction: query.dir ?? 'b',
    from: from === undefined || from === '' ? undefined : parseToken(from),
    to: to === undefined ? undefined : parseToken(to),
    limit: Math.max(1, limitOf(query.limit, STANDARD, MOST)),
    recurse,
  }
  const page = await rooms.reading.related(request, await readerOf(accounts, session))
  const depth = recurse ? `,"recursion_depth":${RECURSION_DEPTH}` : ''
  return rawJson(
    `{"chunk":${eventList(page.events)}${optionalText('next_batch', page.end)}${optionalText('prev_batch', page.start)}${depth}}`,
  )
}
