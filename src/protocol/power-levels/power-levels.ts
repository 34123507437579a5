// Power levels: what a user may do in a room, read from m.room.power_levels and m.room.create. Face of the folder.
// spec: client-server-api #mroompower_levels, rooms/v12 #authorization-rules (room creators)

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import { type JsonObject, member, objectAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { isCreator } from './creators.ts'
import { parseLevel } from './parse-level.ts'
import type { PowerLevel } from './power-level.ts'

export { creatorOf, creatorsOf, isCreator } from './creators.ts'
export { parseLevel } from './parse-level.ts'
export { comparePowerLevels, isAtLeast, outranks, type PowerLevel } from './power-level.ts'

/** The two events that decide all levels of a room. Either may be missing; nothing is copied or parsed in advance. */
export interface RoomPower {
  readonly version: RoomVersion
  readonly create: RoomEvent | undefined
  /** Content of m.room.power_levels. */
  readonly levels: JsonObject | undefined
}

/** Actions with a level of their own, by their names in the event's content. */
export type PowerAction = 'invite' | 'kick' | 'ban' | 'redact'

/** The defaults hold for a member that is absent and for a room without m.room.power_levels. */
const actionDefaults: { readonly [action in PowerAction]: number } = { invite: 0, kick: 50, ban: 50, redact: 50 }
const eventsDefault = 0
const stateDefault = 50
const usersDefault = 0
const notificationDefault = 50
/** Until v11, in a room without m.room.power_levels. */
const creatorWithoutLevels = 100

/**
 * The power of a room from its state. Since v12 pass the create event of the room, which a partial state may lack.
 */
export function roomPower(state: StateView, version: RoomVersion, create = state.get('m.room.create', '')): RoomPower {
  return { version, create, levels: state.get('m.room.power_levels', '')?.content }
}

/** The level of a user. Levels that are none in this room version count as absent. */
export function powerLevelOf(user: string, power: RoomPower): PowerLevel {
  const { version, create, levels } = power
  const created = create !== undefined && isCreator(user, create)
  if (created && version.creatorsOutrank) return 'creator'
  if (levels === undefined) return created ? creatorWithoutLevels : usersDefault
  return entryLevel(levels, 'users', user, version) ?? memberLevel(levels, 'users_default', version) ?? usersDefault
}

/** The level needed to send an event of a type. Memberships and redactions of others have rules of their own. */
export function requiredLevelFor(
  event: { readonly type: string; readonly isState: boolean },
  power: RoomPower,
): number {
  const { version, levels } = power
  const fallback = event.isState ? stateDefault : eventsDefault
  if (levels === undefined) return fallback
  const own = entryLevel(levels, 'events', event.type, version)
  return own ?? memberLevel(levels, event.isState ? 'state_default' : 'events_default', version) ?? fallback
}

/** The level needed to invite, kick, ban, or redact events of others. */
export function requiredLevelTo(action: PowerAction, power: RoomPower): number {
  if (power.levels === undefined) return actionDefaults[action]
  return memberLevel(power.levels, action, power.version) ?? actionDefaults[action]
}

/** The level needed for a notification (`room`: an `@room` mention). Used by push rules. */
export function requiredLevelToNotify(key: string, power: RoomPower): number {
  if (power.levels === undefined) return notificationDefault
  return entryLevel(power.levels, 'notifications', key, power.version) ?? notificationDefault
}

function memberLevel(levels: JsonObject, name: string, version: RoomVersion): number | undefined {
  return parseLevel(member(levels, name), version)
}

function entryLevel(levels: JsonObject, name: string, key: string, version: RoomVersion): number | undefined {
  const entries = objectAt(levels, name)
  return entries === undefined ? undefined : parseLevel(member(entries, key), version)
}
