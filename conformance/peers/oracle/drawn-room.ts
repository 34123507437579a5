// Rooms at random, from a seed: what six people on three servers do in a graph that forks and meets. Acts are blind; a lawful room holds those
// that its state allows, a lawless one holds all of them.

import type { Random } from '#platform/random/random.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { type RoomDraft, SignedRoom } from './signed-room.ts'

export const people = [
  '@anna:alfa.example',
  '@arne:alfa.example',
  '@bo:beta.example',
  '@berit:beta.example',
  '@cia:gamma.example',
  '@cai:gamma.example',
] as const
const firstTime = 1_700_000_000_000

export class Draw {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  one<T>(items: readonly [T, ...T[]]): T
  one<T>(items: readonly T[]): T | undefined
  one<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)]
  }

  below(end: number): number {
    return Math.floor(this.#random.fraction() * end)
  }

  chance(of: number): boolean {
    return this.#random.fraction() < of
  }

  some<T>(items: readonly T[], most: number): readonly T[] {
    const rest = [...items]
    return Array.from({ length: Math.min(most, rest.length) }, () => rest.splice(this.below(rest.length), 1)).flat()
  }
}

export interface RoomPlan {
  readonly version: RoomVersion
  readonly lawful: boolean
  readonly acts: number
  /** It may be one that does not federate. */
  readonly mayBeClosed: boolean
}

export function drawRoom({ version, lawful, acts, mayBeClosed }: RoomPlan, draw: Draw): SignedRoom {
  const closed: JsonObject = mayBeClosed && draw.chance(0.05) ? { 'm.federate': false } : {}
  const room = new SignedRoom(version)
  for (const draft of beginning(version, draw, closed)) room.append(draft, room.extremities, false)
  for (let act = 0; act < acts; act++) {
    const draft = { ...drawDraft(draw), at: firstTime + 10_000 + draw.below(6) * 1000 }
    room.append(draft, drawPrevEvents(room, draw), lawful)
  }
  return room
}

function beginning(version: RoomVersion, draw: Draw, closed: JsonObject): readonly RoomDraft[] {
  const [anna] = people
  const creator: JsonObject = version.creatorIsSender ? {} : { creator: anna }
  const more: JsonObject = version.creatorsOutrank && draw.chance(0.3) ? { additional_creators: [people[2]] } : {}
  const own: JsonObject = version.creatorsOutrank ? {} : { [anna]: 100 }
  const others: JsonObject = more['additional_creators'] ? {} : { [people[2]]: 100 }
  const join = (user: string): RoomDraft => ({ ...member(user, user, 'join'), at: firstTime })
  const drafts: RoomDraft[] = [
    {
      type: 'm.room.create',
      stateKey: '',
      sender: anna,
      content: { room_version: version.id, ...creator, ...more, ...closed },
      at: firstTime,
    },
    join(anna),
    {
      ...state(anna, 'm.room.power_levels', { users: { ...own, ...others, [people[4]]: 50 } }),
      at: firstTime,
    },
    { ...state(anna, 'm.room.join_rules', { join_rule: 'public' }), at: firstTime },
    ...people.slice(1, 5).map(join),
  ]
  return draw.chance(0.1) ? drafts.filter(({ type }) => type !== 'm.room.power_levels') : drafts
}

/** Usually the ends of the room, one or some of them; often enough an old event, so that there are forks. */
function drawPrevEvents(room: SignedRoom, draw: Draw): readonly EventId[] {
  const { ids, extremities } = room
  if (draw.chance(0.3)) return draw.some(ids.slice(Math.min(ids.length - 1, 4)), 1 + draw.below(2))
  return draw.some(extremities, 1 + draw.below(3))
}

const member = (sender: string, target: string, membership: string, more: JsonObject = {}) => ({
  type: 'm.room.member',
  stateKey: target,
  sender,
  content: { membership, ...more },
})
const state = (sender: string, type: string, content: JsonObject, stateKey = '') => ({
  type,
  stateKey,
  sender,
  content,
})

const rules = ['public', 'public', 'invite', 'knock', 'restricted', 'knock_restricted', 'private'] as const
const levels = [0, 10, 50, 50, 99, 100] as const

const drafts: readonly ((draw: Draw, sender: string, target: string) => Omit<RoomDraft, 'at'>)[] = [
  (_draw, sender) => member(sender, sender, 'join'),
  (_draw, sender) => member(sender, sender, 'join', { displayname: sender }),
  (draw, sender) => member(sender, sender, 'join', { join_authorised_via_users_server: draw.one(people) }),
  (_draw, sender) => member(sender, sender, 'leave'),
  (_draw, sender) => member(sender, sender, 'knock'),
  (_draw, sender, target) => member(sender, target, 'invite'),
  (_draw, sender, target) => member(sender, target, 'leave'),
  (_draw, sender, target) => member(sender, target, 'ban'),
  (_draw, sender, target) => member(sender, target, 'leave'),
  (draw, sender) => state(sender, 'm.room.join_rules', { join_rule: draw.one(rules) }),
  (draw, sender) => state(sender, 'm.room.power_levels', drawLevels(draw)),
  (draw, sender) => state(sender, 'm.room.power_levels', drawLevels(draw)),
  (draw, sender) => state(sender, 'm.room.power_levels', drawLevels(draw)),
  (draw, sender) => state(sender, 'm.room.topic', { topic: `${draw.below(9)}` }),
  (draw, sender) => state(sender, 'm.room.topic', { topic: `${draw.below(9)}` }),
  (_draw, sender) => state(sender, 'se.example.own', { sender }, sender),
  (draw, sender) => state(sender, 'm.room.third_party_invite', { display_name: 'x' }, `token${draw.below(2)}`),
  (_draw, sender) => ({ type: 'm.room.message', sender, content: { msgtype: 'm.text', body: 'hej' } }),
]

const drawDraft = (draw: Draw): Omit<RoomDraft, 'at'> => {
  const [anna] = people
  const make = draw.one(drafts) ?? (() => member(anna, anna, 'join'))
  // Those who may are the ones whose acts count: they act more often.
  const sender = draw.chance(0.5) ? draw.one([people[0], people[2]]) : draw.one(people)
  return make(draw, sender, draw.one(people))
}

function drawLevels(draw: Draw): JsonObject {
  const users = Object.fromEntries(draw.some(people.slice(1), 3).map((user) => [user, draw.one(levels)]))
  return {
    users: draw.chance(0.7) ? { [people[0]]: 100, ...users } : users,
    ...(draw.chance(0.3) ? { state_default: draw.one(levels) } : {}),
    ...(draw.chance(0.2) ? { users_default: draw.one(levels) } : {}),
    ...(draw.chance(0.2) ? { invite: draw.one(levels) } : {}),
    ...(draw.chance(0.2) ? { events: { 'm.room.topic': draw.one(levels) } } : {}),
  }
}
