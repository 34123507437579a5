// Events to be judged in a room at random: what somebody might send, honest or bent. Content takes odd values, auth events are left out, doubled or
// foreign, in every room version.
// spec: rooms/v1 to v12 #authorization-rules

import { hashAndSign, type Pdu, type RoomEvent } from '#protocol/events/events.ts'
import { type EventId, parseUserId, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, parseJson, stringAt } from '#protocol/json/json.ts'
import { signEvent, signJson } from '#protocol/signing/signing.ts'
import { type Draw, people } from './drawn-room.ts'
import { crypto, numbersOf, type SignedRoom, signingKey } from './signed-room.ts'

export interface Candidate {
  readonly event: RoomEvent
  readonly json: string
}

const identityServer = 'identity.example'
const oddities: readonly Json[] = [
  null,
  true,
  0,
  1,
  -1,
  50,
  51,
  100,
  101,
  2 ** 53 - 1,
  '',
  '0',
  '50',
  ' 50 ',
  '+50',
  '-1',
  '0x10',
  '1_0',
  '5.0',
  '٥',
  'join',
  'JOIN',
  [],
  [50],
  {},
  1.5,
  50.0,
  1e3,
]
const memberships = ['join', 'invite', 'leave', 'ban', 'knock'] as const
const levelNames = ['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'] as const

/** An event at a place of the room, whose auth events are all in the room; undefined where it could not even be written down. */
export function drawCandidate(room: SignedRoom, draw: Draw): Candidate | undefined {
  const at = draw.some(room.ids, 1)
  const state = room.stateAfter(at)
  const sender = draw.one(people)
  const bare = { sender, ...drawWhat(room, draw, sender) }
  const named = room.authEventsFor(bare, state)
  const isCreate = bare.type === 'm.room.create'
  const isUnnamed = isCreate && room.version.roomIdIsCreateHash && draw.chance(0.7)
  const pdu = {
    auth_events: references(room, bendAuthEvents(room, draw, named)),
    content: bare.content,
    depth: 40,
    origin_server_ts: 1_700_000_100_000,
    prev_events: references(room, isCreate && draw.chance(0.7) ? [] : drawPrevEvents(room, draw, at)),
    sender,
    type: bare.type,
    ...(bare.stateKey === undefined ? {} : { state_key: bare.stateKey }),
    ...(bare.redacts === undefined ? {} : { redacts: bare.redacts }),
    ...(isUnnamed
      ? {}
      : { room_id: isCreate && draw.chance(0.5) ? `!other:${serverNameOf(sender as UserId)}` : room.roomId }),
    ...(room.version.eventIdFormat === 'field'
      ? { event_id: `$${draw.below(1e9)}:${serverNameOf(sender as UserId)}` }
      : {}),
  }
  return written(room, pdu as unknown as Pdu)
}

/** Through text, so that numbers are those of the room version. */
function written({ version }: SignedRoom, pdu: Pdu): Candidate | undefined {
  const { ok } = parseJson(JSON.stringify(pdu), { numbers: numbersOf(version) })
  if (ok === undefined) return undefined
  const serverName = serverNameOf(pdu['sender'] as UserId)
  try {
    const built = hashAndSign(ok as Pdu, { version, serverName, crypto, signingKey })
    const voucher = parseUserId(stringAt(built.event.content, 'join_authorised_via_users_server') ?? '')
    return voucher === undefined ? built : signEvent(built.event, serverNameOf(voucher), signingKey)
  } catch {
    return undefined
  }
}

const references = ({ version }: SignedRoom, ids: readonly EventId[]): Json[] =>
  version.eventIdFormat === 'field' ? ids.map((id) => [id, {}]) : [...ids]

function bendAuthEvents(room: SignedRoom, draw: Draw, named: readonly EventId[]): readonly EventId[] {
  if (draw.chance(0.8)) return named
  const bent = [...named]
  if (draw.chance(0.5)) bent.splice(draw.below(bent.length), 1)
  else bent.push(...draw.some(room.ids, 1))
  return bent
}

function drawPrevEvents(room: SignedRoom, draw: Draw, at: readonly EventId[]): readonly EventId[] {
  return draw.chance(0.15) ? room.ids.slice(0, 1) : at
}

interface What {
  readonly type: string
  readonly stateKey?: string
  readonly content: JsonObject
  readonly redacts?: string | undefined
}

function drawWhat(room: SignedRoom, draw: Draw, sender: string): What {
  const place = draw.below(10)
  if (place < 4) return drawMember(draw, sender)
  if (place < 7) return { type: 'm.room.power_levels', stateKey: '', content: drawLevels(draw) }
  if (place === 7) return { type: 'm.room.create', stateKey: '', content: drawCreate(room, draw) }
  const own: readonly What[] = [
    { type: 'm.room.message', content: { body: 'hej' } },
    { type: 'm.room.topic', stateKey: '', content: { topic: 'x' } },
    { type: 'm.room.power_levels', stateKey: 'x', content: drawLevels(draw) },
    { type: 'm.room.create', stateKey: 'x', content: {} },
    { type: 'm.room.member', content: { membership: 'join' } },
    { type: 'm.room.message', stateKey: draw.one(people), content: {} },
    { type: 'se.example.own', stateKey: draw.one(['@', '@x', sender, `${sender}x`, 'x']), content: {} },
    { type: 'm.room.aliases', stateKey: serverNameOf(draw.one(people) as UserId), content: { aliases: [] } },
    { type: 'm.room.third_party_invite', stateKey: 'token', content: {} },
    {
      type: 'm.room.redaction',
      content: draw.chance(0.3) ? { redacts: draw.one(room.ids) ?? '' } : {},
      redacts: draw.one(room.ids),
    },
    { type: 'm.room.join_rules', stateKey: '', content: { join_rule: draw.one(oddities) ?? null } },
    { type: 'm.room.encryption', stateKey: '', content: {} },
  ]
  return draw.one(own) ?? { type: 'm.room.message', content: {} }
}

function drawMember(draw: Draw, sender: string): What {
  const membership: Json = draw.chance(0.06) ? (draw.one(oddities) ?? null) : draw.one(memberships)
  const stateKey = draw.chance(0.05) ? draw.one(['', 'x', '@x']) : draw.chance(0.5) ? sender : draw.one(people)
  return {
    type: 'm.room.member',
    stateKey,
    content: {
      ...(draw.chance(0.03) ? {} : { membership }),
      ...(draw.chance(0.15) ? { third_party_invite: drawProof(draw, stateKey) } : {}),
      ...(draw.chance(0.25)
        ? { join_authorised_via_users_server: draw.chance(0.1) ? (draw.one(oddities) ?? null) : draw.one(people) }
        : {}),
    },
  }
}

/** The token is that of an invite that drawn rooms hold. */
function drawProof(draw: Draw, target: string): Json {
  if (draw.chance(0.1)) return draw.one(oddities) ?? null
  const signed: JsonObject = {
    ...(draw.chance(0.1) ? {} : { mxid: draw.chance(0.1) ? draw.one(people) : target }),
    ...(draw.chance(0.1) ? {} : { token: draw.chance(0.1) ? draw.one([null, 5, {}, '']) : `token${draw.below(2)}` }),
  }
  if (draw.chance(0.1)) return { display_name: 'x' }
  if (draw.chance(0.1)) return { display_name: 'x', signed: draw.one(oddities) ?? null }
  const forged: readonly [JsonObject, ...JsonObject[]] = [{}, { x: {} }, { [identityServer]: { 'ed25519:0': 'AAAA' } }]
  if (draw.chance(0.2)) return { display_name: 'x', signed: { ...signed, signatures: draw.one(forged) } }
  return { display_name: 'x', signed: signJson(signed, identityServer, signingKey) }
}

function drawLevels(draw: Draw): JsonObject {
  const level = (): Json => (draw.chance(0.12) ? (draw.one(oddities) ?? null) : draw.one([0, 50, 99, 100]))
  const user = () => (draw.chance(0.03) ? draw.one(['x', '@x', '', '@x:', '@a b:c', '@Ä:c', '@:c']) : draw.one(people))
  const entries = (names: readonly string[]): Json =>
    draw.chance(0.03) ? (draw.one(oddities) ?? null) : Object.fromEntries(names.map((name) => [name, level()]))
  return {
    ...(draw.chance(0.1) ? {} : { users: entries([people[0], ...Array.from({ length: draw.below(3) }, user)]) }),
    ...(draw.chance(0.4) ? { events: entries(['m.room.topic']) } : {}),
    ...(draw.chance(0.2) ? { notifications: entries(['room']) } : {}),
    ...Object.fromEntries(draw.some(levelNames, draw.below(3)).map((name) => [name, level()])),
  }
}

function drawCreate({ version }: SignedRoom, draw: Draw): JsonObject {
  return {
    ...(draw.chance(0.2) ? {} : { room_version: draw.chance(0.2) ? (draw.one(oddities) ?? null) : version.id }),
    ...(draw.chance(0.5) ? { creator: draw.chance(0.3) ? (draw.one(oddities) ?? null) : draw.one(people) } : {}),
    ...(draw.chance(0.4)
      ? {
          additional_creators: draw.chance(0.3)
            ? (draw.one(oddities) ?? null)
            : [draw.one([...people, 'x', '@x', '@a b:c', 7])],
        }
      : {}),
  }
}
