// Creates a room: all its first events in one act.
// spec: client-server-api #creation, POST /_matrix/client/v3/createRoom (order of events, presets); rooms/v12

import type { Milliseconds } from '#platform/clock/clock.ts'
import { holds, StaleAct } from '#platform/stream/stream.ts'
import { authorize } from '#protocol/auth-rules/auth-rules.ts'
import {
  badJson,
  invalidParam,
  invalidRoomState,
  limitExceeded,
  MatrixError,
  roomInUse,
  unsupportedRoomVersion,
} from '#protocol/errors/errors.ts'
import { buildEvent } from '#protocol/events/events.ts'
import {
  type EventId,
  parseUserId,
  type RoomAlias,
  type RoomId,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, objectAt } from '#protocol/json/json.ts'
import { type RoomVersion, type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import type { Engine } from './room/engine.ts'
import { StateEvents } from './room/hot-room.ts'
import { addEvent, buildParts, type Draft, refuseUnlessAllowed } from './send-event.ts'
import { newAliasGuard } from './store/aliases.ts'

export type Preset = 'private_chat' | 'public_chat' | 'trusted_private_chat'

export interface NewRoom {
  readonly creator: UserId
  readonly version: RoomVersionId
  readonly preset: Preset
  readonly creationContent?: JsonObject | undefined
  readonly powerLevelContentOverride?: JsonObject | undefined
  readonly initialState?: readonly InitialState[] | undefined
  readonly name?: string | undefined
  readonly topic?: string | undefined
  readonly alias?: RoomAlias | undefined
  /** Local users invited with the first events; others are invited when the room is there. */
  readonly invite?: readonly UserId[] | undefined
  readonly isDirect?: boolean | undefined
  /** Content of the member event of each: display name and avatar. */
  readonly profileOf: (userId: UserId) => Promise<JsonObject>
}

export interface InitialState {
  readonly type: string
  readonly stateKey: string
  readonly content: JsonObject
}

/** More people are invited when the room is there: each is an event, and all of them one commit. */
const MOST_INVITES = 500

/** More initial state than this is not a room but an attack; bridges and templates use some tens. */
const MOST_INITIAL_STATE = 200

const presets = {
  private_chat: { joinRule: 'invite', guests: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', guests: 'can_join' },
  public_chat: { joinRule: 'public', guests: 'forbidden' },
} as const

/**
 * Creates the room and returns its ID when all its events are durable: create, the creator's join, power levels, alias, join rules,
 * history visibility, guest access, initial state, name, topic, invites of local users. The alias is taken in the same commit.
 *
 * @throws 400 `M_UNSUPPORTED_ROOM_VERSION`, `M_ROOM_IN_USE` (the alias), `M_INVALID_ROOM_STATE` (the events do not follow from each
 * other), `M_INVALID_PARAM`, `M_BAD_JSON`; 413 for an event that is too large.
 */
export async function createRoom(engine: Engine, room: NewRoom): Promise<RoomId> {
  const version = roomVersion(room.version)
  if (!version) throw unsupportedRoomVersion('This server does not support that room version. Ask for another one.')
  if ((room.initialState?.length ?? 0) > MOST_INITIAL_STATE) {
    throw invalidParam(
      `A room can start with at most ${MOST_INITIAL_STATE} state events. Send the rest when it is there.`,
    )
  }
  if ((room.invite?.length ?? 0) > MOST_INVITES) {
    throw invalidParam(`A room can start with at most ${MOST_INVITES} invitations. Send the rest when it is there.`)
  }
  const drafts = await firstEvents(room, version)
  const { create, hot } = await placeFor(engine, room, version)
  const { roomId } = hot.head
  try {
    await engine.turn(roomId, async (place) => {
      await engine.numbers.reserve(drafts.length + 1)
      const append = engine.append(place)
      const nid = engine.numbers.take()
      const { eventId } = create.event
      append.add({
        nid,
        ...create,
        auth: [],
        before: engine.nodes.trie.empty,
        verdict: 'accepted',
        extremities: [{ nid, eventId, depth: create.event.depth }],
      })
      for (const draft of drafts) await addEvent(engine, place, append, draft)
      if (room.alias !== undefined) append.require(holds(newAliasGuard, aliasRow(engine, room.alias, roomId, room)))
      return { result: undefined, durable: engine.commit(place, append) }
    })
  } catch (error) {
    await engine.leaveEmpty(hot)
    throw refusalOf(error)
  }
  return roomId
}

const aliasRow = (engine: Engine, alias: RoomAlias, roomId: RoomId, { creator }: NewRoom) => ({
  alias,
  roomId,
  creator,
  serverName: engine.parts.serverName,
})

function refusalOf(error: unknown): unknown {
  if (error instanceof StaleAct && error.guard === newAliasGuard.name) {
    return roomInUse('Another room has this alias. Choose another one.')
  }
  return error instanceof MatrixError && error.status === 403 ? invalidRoomState(error.message) : error
}

/**
 * The create event and the room's place. Since v12 the room's name is the hash of that event, so the same one made twice at the same
 * moment is the same room: the later one then dates its own a millisecond on.
 */
async function placeFor(engine: Engine, room: NewRoom, version: RoomVersion) {
  const now = engine.parts.clock.now()
  for (let later = 0; later < MOST_AT_ONCE; later++) {
    const create = buildCreate(engine, room, version, now + later)
    const hot = await engine.enterNew(create.event.roomId, version)
    if (hot) return { create, hot }
  }
  throw limitExceeded(MOST_AT_ONCE)
}

/** Rooms that are the same but for the time, made by one user at one moment: more is a program that has lost its way. */
const MOST_AT_ONCE = 100

function buildCreate(engine: Engine, room: NewRoom, version: RoomVersion, originServerTs: Milliseconds) {
  const { random, serverName, crypto } = engine.parts
  const content: JsonObject = { ...room.creationContent, room_version: version.id }
  if (version.creatorIsSender) delete content['creator']
  else content['creator'] = room.creator
  if (version.creatorsOutrank) addCreators(content, room)
  const roomId = version.roomIdIsCreateHash ? undefined : (`!${random.text(18)}:${serverName}` as RoomId)
  const built = buildEvent(
    {
      type: 'm.room.create',
      stateKey: '',
      sender: room.creator,
      roomId,
      content,
      originServerTs,
      depth: 1,
      prevEvents: [],
      authEvents: [],
      ...(version.eventIdFormat === 'field' && {
        eventId: `$${random.text(18)}:${serverName}` as EventId,
        referenceHashes: new Map(),
      }),
    },
    buildParts(engine, { head: { version } }),
  )
  refuseUnlessAllowed(authorize(built.event, { state: new StateEvents(new Map()), crypto }))
  return built
}

/** Since v12: those invited to a trusted private chat are creators, as additional creators named by the client are. */
function addCreators(content: JsonObject, room: NewRoom): void {
  const named = content['additional_creators']
  if (
    named !== undefined &&
    !(Array.isArray(named) && named.every((id) => typeof id === 'string' && parseUserId(id)))
  ) {
    throw invalidParam('additional_creators must be a list of user IDs.')
  }
  const creators = new Set([...((named as string[] | undefined) ?? [])])
  if (room.preset === 'trusted_private_chat') for (const userId of room.invite ?? []) creators.add(userId)
  creators.delete(room.creator)
  if (creators.size > 0) content['additional_creators'] = [...creators]
}

async function firstEvents(room: NewRoom, version: RoomVersion): Promise<Draft[]> {
  const { creator: sender } = room
  const state = (type: string, content: JsonObject, stateKey = ''): Draft => ({ type, stateKey, sender, content })
  const drafts = [
    state('m.room.member', { ...(await room.profileOf(sender)), membership: 'join' }, sender),
    state('m.room.power_levels', powerLevels(room, version)),
  ]
  if (room.alias !== undefined) drafts.push(state('m.room.canonical_alias', { alias: room.alias }))
  const preset = presets[room.preset]
  const defaults = [
    state('m.room.join_rules', { join_rule: preset.joinRule }),
    state('m.room.history_visibility', { history_visibility: 'shared' }),
    state('m.room.guest_access', { guest_access: preset.guests }),
  ]
  const initial = (room.initialState ?? []).map(({ type, stateKey, content }) => state(type, content, stateKey))
  for (const { type } of initial) {
    if (type === 'm.room.create' || type === 'm.room.member') {
      throw invalidRoomState(`The initial state cannot contain ${type}. The room makes it by itself.`)
    }
  }
  drafts.push(...defaults.filter((draft) => !initial.some((given) => given.type === draft.type)), ...initial)
  if (room.name !== undefined) drafts.push(state('m.room.name', { name: room.name }))
  if (room.topic !== undefined) drafts.push(state('m.room.topic', topicContent(room.topic)))
  for (const userId of room.invite ?? []) {
    if (serverNameOf(userId) !== serverNameOf(sender)) continue
    const content: JsonObject = { ...(await room.profileOf(userId)), membership: 'invite' }
    if (room.isDirect) content['is_direct'] = true
    drafts.push(state('m.room.member', content, userId))
  }
  // A later draft for the same key takes the place of an earlier one: initial power levels come by the override alone.
  return drafts.filter((draft, index) => !isReplacedLater(draft, drafts.slice(index + 1)))
}

const isReplacedLater = (draft: Draft, later: readonly Draft[]): boolean =>
  later.some(({ type, stateKey }) => type === draft.type && stateKey === draft.stateKey)

/** v1.15: the topic in its new place beside the old one. */
const topicContent = (topic: string): JsonObject => ({
  topic,
  'm.topic': { 'm.text': [{ body: topic, mimetype: 'text/plain' }] },
})

function powerLevels(room: NewRoom, version: RoomVersion): JsonObject {
  const users: JsonObject = version.creatorsOutrank ? {} : { [room.creator]: 100 }
  if (room.preset === 'trusted_private_chat' && !version.creatorsOutrank) {
    for (const userId of room.invite ?? []) users[userId] = 100
  }
  const content: JsonObject = {
    users,
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.canonical_alias': 50,
      'm.room.avatar': 50,
      'm.room.tombstone': version.creatorsOutrank ? 150 : 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: room.preset === 'public_chat' ? 50 : 0,
  }
  const override = room.powerLevelContentOverride ?? {}
  if (!isObject(override)) throw badJson('power_level_content_override must be an object.')
  const merged = { ...content, ...override }
  const level = objectAt(merged, 'users')?.[room.creator]
  if (version.creatorsOutrank && level !== undefined) {
    throw invalidRoomState(
      'Since room version 12 the creator of a room has all power; leave them out of the power levels.',
    )
  }
  return merged
}
