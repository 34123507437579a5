// What a room is called and how many are in it, as far as it is new to the client.
// spec: proposals/4186 (name, avatar, heroes, joined_count, invited_count)

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'
import type { NodeHash, Rooms, StateChange, StateEvents } from '#rooms/rooms.ts'
import type { Hero, RoomResult } from './room-text.ts'

/** State that a room is described by. */
export const describingKeys = ['m.room.name', 'm.room.avatar'].map((type) => ({ type, stateKey: '' }))

export interface Described {
  readonly roomNid: number
  readonly state: NodeHash
  readonly events: StateEvents
  /** What has changed since the client was told; undefined: all is new to it. */
  readonly changes: readonly StateChange[] | undefined
  /** The user has left: who is in the room is not their business any more. */
  readonly isLeft: boolean
}

type Description = Pick<RoomResult, 'name' | 'avatar' | 'heroes' | 'joined' | 'invited'>

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)
const nameIn = (events: StateEvents) => filled(stringAt(events.get('m.room.name', '')?.content ?? {}, 'name'))
const avatarIn = (events: StateEvents) => filled(stringAt(events.get('m.room.avatar', '')?.content ?? {}, 'url'))

const changesKey = (changes: readonly StateChange[], type: string): boolean =>
  changes.some(({ before, after }) => (after ?? before)?.type === type && (after ?? before)?.stateKey === '')

/** Somebody came or went; a changed display name is neither. */
const membersMoved = (changes: readonly StateChange[]): boolean =>
  changes.some(({ before, after }) => {
    return (after ?? before)?.type === 'm.room.member' && before?.membership !== after?.membership
  })

/** Descriptions by room number: three queries at most, however many rooms. */
export async function descriptionsOf(
  rooms: Rooms,
  reader: UserId,
  described: readonly Described[],
): Promise<Map<number, Description>> {
  const moved = described.filter(({ changes, isLeft }) => !isLeft && (!changes || membersMoved(changes)))
  const nameless = described.filter(({ changes, events, isLeft }) => {
    const isNews = !changes || membersMoved(changes) || changesKey(changes, 'm.room.name')
    return !isLeft && isNews && nameIn(events) === undefined
  })
  const [counts, heroes] = await Promise.all([
    rooms.sync.counts(moved.map(({ roomNid }) => roomNid)),
    heroesOf(rooms, reader, nameless),
  ])
  const descriptions = new Map<number, Description>()
  for (const { roomNid, events, changes } of described) {
    const tells = (type: string) => changes !== undefined && changesKey(changes, type)
    descriptions.set(roomNid, {
      name: changes && !tells('m.room.name') ? undefined : (nameIn(events) ?? (changes ? null : undefined)),
      avatar: changes && !tells('m.room.avatar') ? undefined : (avatarIn(events) ?? (changes ? null : undefined)),
      heroes: heroes.get(roomNid),
      ...counts.get(roomNid),
    })
  }
  return descriptions
}

async function heroesOf(rooms: Rooms, reader: UserId, nameless: readonly Described[]): Promise<Map<number, Hero[]>> {
  const found = await rooms.sync.heroes(
    nameless.map(({ roomNid }) => roomNid),
    reader,
  )
  const asked = nameless.map(({ roomNid, state }) => {
    const keys = (found.get(roomNid) ?? []).map((userId) => ({ type: 'm.room.member', stateKey: userId }))
    return { state, keys }
  })
  const members = await rooms.sync.stateEvents(asked)
  return new Map(
    nameless.map(({ roomNid }, index) => {
      const heroes = (found.get(roomNid) ?? []).map((userId): Hero => {
        const content = members[index]?.get('m.room.member', userId)?.content ?? {}
        return { userId, displayName: stringAt(content, 'displayname'), avatarUrl: stringAt(content, 'avatar_url') }
      })
      return [roomNid, heroes]
    }),
  )
}
