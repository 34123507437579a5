// Right requests of another server that carry events or EDUs: what the definitions leave to the rooms to judge.
// spec: server-server-api #pdus, #edus, #joining-rooms, #inviting-to-a-room

import type { JsonObject } from '#protocol/json/json.ts'
import type { Example, Examples } from './right-request.ts'
import type { World } from './world.ts'

/** Gamma's user is in the room again, if a request before has taken it out. */
export async function bringBack({ server, gamma, roomId }: World): Promise<void> {
  if ((await server.modules.rooms.membership(roomId, gamma.user)) !== 'join') await gamma.join(roomId)
}

type Membership = 'join' | 'leave' | 'knock'

/** A membership that gamma signs, in the room where gamma is. */
const membership =
  (wanted: Membership): Examples =>
  async ({ server, gamma, roomId }) => {
    const rules = wanted === 'leave' ? [] : ['m.room.join_rules']
    const keys = [...rules, 'm.room.power_levels'].map((type) => ({ type, stateKey: '' }))
    const member = { type: 'm.room.member', stateKey: gamma.user }
    const state = await server.modules.rooms.currentState(roomId, [...keys, member])
    const more = {
      auth_events: [...keys, member].flatMap(({ type, stateKey }) => state?.get(type, stateKey)?.eventId ?? []),
      type: 'm.room.member',
      state_key: gamma.user,
      content: { membership: wanted, displayname: 'Glenn' },
    }
    const draft = await gamma.draft(roomId, more)
    const forge = (changed: JsonObject): Example => {
      const { eventId, pdu } = gamma.forge(changed)
      return { params: { roomId, eventId }, body: pdu }
    }
    return [{ ...forge(draft), event: { draft, forge } }]
  }

/** An invitation to a room of gamma's own, which it has just created. */
const invitation =
  (bodyOf: (pdu: JsonObject, create: JsonObject) => JsonObject): Examples =>
  ({ gamma, anna, nextNumber }) => {
    const common = { sender: gamma.user, origin_server_ts: nextNumber() }
    const created = gamma.forge({
      ...common,
      type: 'm.room.create',
      state_key: '',
      content: { room_version: '12' },
      depth: 1,
      prev_events: [],
      auth_events: [],
    })
    const draft: JsonObject = {
      ...common,
      type: 'm.room.member',
      room_id: created.eventId.replace('$', '!'),
      state_key: anna.userId,
      content: { membership: 'invite', displayname: 'Anna' },
      depth: 2,
      prev_events: [created.eventId],
      auth_events: [],
    }
    const forge = (changed: JsonObject): Example => {
      const { eventId, pdu } = gamma.forge(changed)
      return { params: { roomId: String(draft['room_id']), eventId }, body: bodyOf(pdu, created.pdu) }
    }
    return [{ ...forge(draft), event: { draft, forge } }]
  }

const inFirstForm = (pdu: JsonObject, create: JsonObject): JsonObject => ({
  ...pdu,
  unsigned: { invite_room_state: [create] },
})

const inSecondForm = (event: JsonObject, create: JsonObject): JsonObject => ({
  event,
  room_version: '12',
  invite_room_state: [create],
})

/** A transaction with one event, and one with each kind of EDU. */
const transaction: Examples = async (world) => {
  const { gamma, roomId, eventId } = world
  const annotation = { rel_type: 'm.annotation', event_id: eventId, key: 'x' }
  const draft = await gamma.draft(roomId, { type: 'm.reaction', content: { 'm.relates_to': annotation } })
  const forge = (changed: JsonObject): Example => ({ body: gamma.transaction([gamma.forge(changed).pdu]) })
  return [
    { ...forge(draft), event: { draft, forge } },
    ...edus(world).map((edu) => ({ body: gamma.transaction([], [edu]) })),
  ]
}

/** One of each kind that servers send. */
function edus({ gamma, roomId, eventId, anna }: World): readonly JsonObject[] {
  const user_id = gamma.user
  const key = { user_id, usage: ['master'], keys: { 'ed25519:AAAA': 'AAAA' }, signatures: {} }
  const deviceKeys = { algorithms: ['x'], device_id: 'G', keys: { 'ed25519:G': 'AAAA' }, signatures: {}, user_id }
  return [
    { edu_type: 'm.typing', content: { room_id: roomId, user_id, typing: false } },
    {
      edu_type: 'm.receipt',
      content: { [roomId]: { 'm.read': { [user_id]: { event_ids: [eventId], data: { ts: 1, thread_id: 'main' } } } } },
    },
    {
      edu_type: 'm.presence',
      content: { push: [{ user_id, presence: 'online', last_active_ago: 1, currently_active: true, status_msg: 'x' }] },
    },
    {
      edu_type: 'm.direct_to_device',
      content: { sender: user_id, type: 'x', message_id: 'm', messages: { [anna.userId]: { '*': { a: 1 } } } },
    },
    {
      edu_type: 'm.device_list_update',
      content: {
        user_id,
        device_id: 'G',
        device_display_name: 'x',
        stream_id: 1,
        prev_id: [],
        deleted: false,
        keys: deviceKeys,
      },
    },
    { edu_type: 'm.signing_key_update', content: { user_id, master_key: key, self_signing_key: key } },
  ]
}

export const serverExamples: readonly (readonly [name: string, examples: Examples])[] = [
  ['federation makeJoin', ({ gamma }) => [{ params: { userId: gamma.user }, query: { ver: '12' } }]],
  ['federation makeKnock', ({ gamma }) => [{ params: { userId: gamma.user }, query: { ver: '12' } }]],
  ['federation getEventByTimestamp', () => [{ query: { ts: '0', dir: 'f' } }]],
  ['federation makeLeave', ({ gamma }) => [{ params: { userId: gamma.user } }]],
  ['federation sendJoinV1', membership('join')],
  ['federation sendJoinV2', membership('join')],
  ['federation sendKnock', membership('knock')],
  ['federation sendLeaveV1', membership('leave')],
  ['federation sendLeaveV2', membership('leave')],
  ['federation sendInviteV1', invitation(inFirstForm)],
  ['federation sendInviteV2', invitation(inSecondForm)],
  ['federation sendTransaction', transaction],
  ['federation getContentThumbnail', () => [{ query: { width: '8', height: '8' } }]],
]
