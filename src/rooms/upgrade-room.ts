// Moves a room to another room version: a new room with the old one's rules, and the way to it.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/upgrade; modules/room_upgrades.md #server-behaviour

import { forbidden, MatrixError, notFound, unsupportedRoomVersion } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, objectAt, withMember, withoutMembers } from '#protocol/json/json.ts'
import {
  isAtLeast,
  parseLevel,
  powerLevelOf,
  requiredLevelFor,
  roomPower,
} from '#protocol/power-levels/power-levels.ts'
import { type RoomVersion, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { createRoom, type InitialState } from './create-room.ts'
import type { Engine } from './room/engine.ts'
import type { StateEvents } from './room/hot-room.ts'
import type { RoomHead } from './room/room-head.ts'
import { sendEvent } from './send-event.ts'
import { moveAliases, publishedRoom, publishRoom, withdrawRoom } from './store/read-room.ts'

export interface RoomUpgrade {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly version: string
  /** Creators beside the user, since room version 12; those of the old room are not taken over. */
  readonly additionalCreators: readonly UserId[]
  readonly profileOf: (userId: UserId) => Promise<JsonObject>
}

/** What goes with the room, in the order in which it is set there; the power levels last, since they may bind the one who upgrades. */
const transferred = [
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.encryption',
  'm.room.server_acl',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
] as const

/** Told in the create event anew. */
const ownOfCreation = ['creator', 'room_version', 'predecessor', 'additional_creators'] as const

/**
 * @returns the new room.
 * @throws 400 `M_UNSUPPORTED_ROOM_VERSION`, 403 for who may not close the old room, 404 for an unknown room.
 */
export async function upgradeRoom(engine: Engine, upgrade: RoomUpgrade): Promise<RoomId> {
  const { roomId, userId } = upgrade
  const version = roomVersion(upgrade.version)
  if (!version) throw unsupportedRoomVersion('This server does not support that room version. Ask for another one.')
  const head = (await engine.room(roomId))?.committed
  if (!head?.state) throw notFound('This server is not in that room.')
  if (!(await maySendState(engine, head, userId, 'm.room.tombstone'))) {
    throw forbidden('upgrade/power-level', 'Your power level in this room does not allow you to upgrade it.')
  }
  const state = await engine.stateEventsAt(head.state, [
    ...['m.room.create', 'm.room.power_levels', 'm.room.canonical_alias', ...transferred].map(keyOf),
  ])
  const replacement = await createRoom(engine, newRoom(head, state, upgrade, version))
  const content = { body: 'This room has been replaced', replacement_room: replacement }
  await sendEvent(engine, roomId, { ...keyOf('m.room.tombstone'), sender: userId, content })
  await moveAddresses(engine, upgrade, replacement, state)
  await closeOldRoom(engine, upgrade, state)
  return replacement
}

/** Is the user in the room, with the power to set state of the type? */
export async function maySendState(engine: Engine, head: RoomHead, userId: UserId, type: string): Promise<boolean> {
  if (!head.state) return false
  const state = await engine.stateEventsAt(head.state, [
    keyOf('m.room.create'),
    keyOf('m.room.power_levels'),
    { type: 'm.room.member', stateKey: userId },
  ])
  if (state.get('m.room.member', userId)?.content['membership'] !== 'join') return false
  const power = roomPower(state, head.version)
  return isAtLeast(powerLevelOf(userId, power), requiredLevelFor({ type, isState: true }, power))
}

const keyOf = (type: string) => ({ type, stateKey: '' })

function newRoom(head: RoomHead, state: StateEvents, upgrade: RoomUpgrade, version: RoomVersion) {
  const { userId, additionalCreators, profileOf } = upgrade
  const last = head.extremities.at(-1)
  const creation = withoutMembers(state.get('m.room.create', '')?.content ?? {}, ...ownOfCreation)
  creation['predecessor'] = { room_id: head.roomId, ...(last && { event_id: last.eventId }) }
  const creators = version.creatorsOutrank ? additionalCreators.filter((id) => id !== userId) : []
  if (creators.length > 0) creation['additional_creators'] = [...new Set(creators)]
  const levels = state.get('m.room.power_levels', '')?.content
  const initialState: InitialState[] = transferred.flatMap((type) => {
    const event = state.get(type, '')
    return event ? { type, stateKey: '', content: event.content } : []
  })
  if (levels !== undefined) {
    const content = levelsFor(version, levels, userId, creators)
    initialState.push({ type: 'm.room.power_levels', stateKey: '', content })
  }
  return {
    creator: userId,
    version: version.id,
    preset: 'private_chat',
    creationContent: creation,
    initialState,
    profileOf,
  } as const
}

/** The power levels as the new version wants them: integers, and no creators among the users where creators have all power. */
function levelsFor(version: RoomVersion, old: JsonObject, userId: UserId, creators: readonly UserId[]): JsonObject {
  const content = version.integerPowerLevels ? withIntegers(old) : old
  const users = objectAt(content, 'users') ?? {}
  if (!version.creatorsOutrank) {
    // Who made a room of version 12 is not in its list: without an entry here they could do nothing in the new room, and with less
    // than the highest level that something needs nobody could ever do that.
    const needed = Object.values(objectAt(content, 'events') ?? {}).map((level) => parseLevel(level, version) ?? 0)
    const level = Math.max(100, ...needed)
    return Object.hasOwn(users, userId) ? content : withMember(content, 'users', withMember(users, userId, level))
  }
  const events = objectAt(content, 'events') ?? {}
  const stateDefault = parseLevel(content['state_default'], version) ?? 50
  const tombstone = Math.max(parseLevel(events['m.room.tombstone'], version) ?? 0, stateDefault + 1, 150)
  return {
    ...content,
    users: withoutMembers(users, userId, ...creators),
    events: withMember(events, 'm.room.tombstone', tombstone),
  }
}

/** Levels that are text or fractions, as old versions allow, as the integers that they stand for. */
function withIntegers(content: JsonObject): JsonObject {
  const old = { integerPowerLevels: false, strictCanonicalJson: false }
  const read = (value: Json): Json => (isObject(value) ? withIntegers(value) : (parseLevel(value, old) ?? value))
  return Object.fromEntries(Object.entries(content).map(([name, value]) => [name, read(value ?? null)]))
}

/** Local aliases, the canonical one and the place in the directory lead to the new room. */
async function moveAddresses(engine: Engine, { roomId, userId }: RoomUpgrade, replacement: RoomId, state: StateEvents) {
  const { database } = engine.parts
  await database.run(moveAliases, roomId, replacement)
  if (await database.one(publishedRoom, roomId)) {
    await database.run(publishRoom, replacement)
    await database.run(withdrawRoom, roomId)
  }
  const canonical = state.get('m.room.canonical_alias', '')
  if (canonical === undefined) return
  const key = keyOf('m.room.canonical_alias')
  await whereAllowed(sendEvent(engine, roomId, { ...key, sender: userId, content: {} }))
  await whereAllowed(sendEvent(engine, replacement, { ...key, sender: userId, content: canonical.content }))
}

/** Speaking and inviting in the old room takes a moderator from now on. */
async function closeOldRoom(engine: Engine, { roomId, userId }: RoomUpgrade, state: StateEvents): Promise<void> {
  const event = state.get('m.room.power_levels', '')
  if (event === undefined) return
  const { content, version } = event
  const level = Math.max(50, (parseLevel(content['users_default'], version) ?? 0) + 1)
  const closed = {
    ...content,
    events_default: Math.max(level, parseLevel(content['events_default'], version) ?? 0),
    invite: Math.max(level, parseLevel(content['invite'], version) ?? 0),
  }
  await whereAllowed(sendEvent(engine, roomId, { ...keyOf('m.room.power_levels'), sender: userId, content: closed }))
}

/** The upgrade stands without it: what the user may not change in the old room stays as it is. */
async function whereAllowed(sending: Promise<unknown>): Promise<void> {
  try {
    await sending
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
  }
}
