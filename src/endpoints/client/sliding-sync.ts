// Sliding sync in the shape that was accepted.
// spec: proposals/4186, POST /_matrix/client/v4/sync

import { slidingSync as definition } from '#api/client/sliding-sync.ts'
import type { BodyOf } from '#api/endpoint.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { ListAsked, RoomConfig, StatePattern } from '#sync/sync.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { checkedRange, extensionsOf, filterOf, refuseUnfit } from './sliding-request.ts'
import type { WithSync } from './sync.ts'

type Body = BodyOf<typeof definition>
type List = NonNullable<Body['lists']>[string]

export const handleSlidingSync = handler(definition, ({ sync }: WithSync) => async ({ body, session, http }) => {
  refuseUnfit(body)
  const lists = Object.entries(body.lists ?? {}).map(([name, list]) => [name, listOf(list)] as const)
  const subscriptions = Object.entries(body.room_subscriptions ?? {})
  const answer = await sync.slide({
    shape: 'accepted',
    userId: session.userId,
    deviceId: session.deviceId,
    connectionId: body.conn_id ?? '',
    position: body.pos || undefined,
    timeout: body.timeout ?? 0,
    setPresence: body.set_presence,
    transactionId: undefined,
    lists: new Map(lists),
    subscriptions: new Map(subscriptions.map(([roomId, config]) => [roomId as RoomId, configOf(config)])),
    extensions: extensionsOf(body.extensions),
    signal: http.signal,
    draining: http.draining,
  })
  return rawJson(answer)
})

function configOf({
  timeline_limit: timelineLimit,
  required_state: asked,
}: Omit<List, 'filters' | 'range'>): RoomConfig {
  const { include = [], exclude = [], lazy_members: lazyMembers = false } = asked
  const requiredState = { include: include.map(patternOf), exclude: exclude.map(patternOf), lazyMembers }
  return { timelineLimit, requiredState }
}

const patternOf = ({ type, state_key }: { type?: string; state_key?: string }): StatePattern => ({
  type,
  stateKey: state_key,
})

const listOf = (list: List): ListAsked => ({
  ...configOf(list),
  ranges: list.range && [checkedRange(list.range)],
  filter: filterOf(list.filters, list.filters?.is_invited),
})
