// What push conditions need to know of the room that an event is in.
// spec: client-server-api/modules/push.md #conditions-1

import type { RoomEvent } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { objectAt, stringAt } from '#protocol/json/json.ts'
import { powerLevelOf, requiredLevelToNotify, roomPower } from '#protocol/power-levels/power-levels.ts'
import type { Rooms } from '#rooms/rooms.ts'

export interface EventContext {
  readonly memberCount: number
  readonly senderLevel: number
  readonly notificationLevels: { readonly [key: string]: number }
}

const powerKeys = [
  { type: 'm.room.create', stateKey: '' },
  { type: 'm.room.power_levels', stateKey: '' },
] as const

/** By the room as it is now: rooms in use are in memory, so this asks nothing. */
export async function contextOf(event: RoomEvent, rooms: Pick<Rooms, 'head' | 'currentState'>): Promise<EventContext> {
  const { roomId, sender, version } = event
  const memberCount = (await rooms.head(roomId))?.joined ?? 0
  const state = await rooms.currentState(roomId, powerKeys)
  if (state === undefined) return { memberCount, senderLevel: 0, notificationLevels: {} }
  const power = roomPower(state, version)
  const level = powerLevelOf(sender, power)
  const keys = Object.keys(objectAt(power.levels ?? {}, 'notifications') ?? {})
  return {
    memberCount,
    senderLevel: level === 'creator' ? Number.POSITIVE_INFINITY : level,
    notificationLevels: Object.fromEntries(keys.map((key) => [key, requiredLevelToNotify(key, power)])),
  }
}

/** A user's display name in the room. */
export async function displayNameIn(
  { roomId }: RoomEvent,
  userId: UserId,
  rooms: Pick<Rooms, 'currentState'>,
): Promise<string | undefined> {
  const state = await rooms.currentState(roomId, [{ type: 'm.room.member', stateKey: userId }])
  const member = state?.get('m.room.member', userId)
  return member && stringAt(member.content, 'displayname')
}
