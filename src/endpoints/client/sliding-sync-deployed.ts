// Sliding sync in the shape that clients speak today.
// spec: proposals/4186 (unstable prefix; differences from the experimental implementation)

import { slidingSyncDeployed as definition } from '#api/client/sliding-sync-deployed.ts'
import type { BodyOf } from '#api/endpoint.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { ListAsked, RequiredState, RoomConfig, StatePattern } from '#sync/sync.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { checkedRange, extensionsOf, filterOf, refuseUnfit } from './sliding-request.ts'
import type { WithSync } from './sync.ts'

type Body = BodyOf<typeof definition>
type List = NonNullable<Body['lists']>[string]

export const handleSlidingSyncDeployed = handler(
  definition,
  ({ sync }: WithSync) =>
    async ({ query, body, session, http }) => {
      refuseUnfit(body)
      const { userId, deviceId } = session
      const lists = Object.entries(body.lists ?? {}).map(([name, list]) => [name, listOf(list, userId)] as const)
      const subscriptions = Object.entries(body.room_subscriptions ?? {})
      const answer = await sync.slide({
        shape: 'deployed',
        userId,
        deviceId,
        connectionId: body.conn_id ?? '',
        position: query.pos || undefined,
        timeout: query.timeout ?? 0,
        setPresence: query.set_presence,
        transactionId: body.txn_id,
        lists: new Map(lists),
        subscriptions: new Map(subscriptions.map(([roomId, config]) => [roomId as RoomId, configOf(config, userId)])),
        extensions: extensionsOf(body.extensions),
        signal: http.signal,
        draining: http.draining,
      })
      return rawJson(answer)
    },
)

type Config = Pick<List, 'timeline_limit' | 'required_state'>

const configOf = ({ timeline_limit: timelineLimit, required_state: asked }: Config, me: UserId): RoomConfig => ({
  timelineLimit,
  requiredState: requiredStateOf(asked, me),
})

const MEMBER = 'm.room.member'

/** Who names the members beside `$LAZY` one by one gets them; who asks for all of them gets all. */
function requiredStateOf(asked: Config['required_state'], me: UserId): RequiredState {
  const isLazy = ([type, stateKey]: readonly [string, string]) => type === MEMBER && stateKey === '$LAZY'
  const asksForAllMembers = asked.some(([type, stateKey]) => type === MEMBER && stateKey === '*')
  return {
    include: asked.filter((pair) => !isLazy(pair)).map((pair) => patternOf(pair, me)),
    exclude: [],
    lazyMembers: !asksForAllMembers && asked.some(isLazy),
  }
}

function patternOf([type, stateKey]: readonly [string, string], me: UserId): StatePattern {
  return {
    type: type === '*' ? undefined : type,
    stateKey: stateKey === '*' ? undefined : stateKey === '$ME' ? me : stateKey,
  }
}

const listOf = (list: List, me: UserId): ListAsked => ({
  ...configOf(list, me),
  ranges: list.ranges?.map(checkedRange),
  filter: filterOf(list.filters, list.filters?.is_invite),
})
