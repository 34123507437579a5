// PDUs at random as they could come over the wire: all types that a redaction treats in its own way, members of old versions, and now and then something
// that is missing, too long or of the wrong kind.
// spec: rooms/v1 to v12 (event format, redactions)

import { hashAndSign, type Pdu } from '#protocol/events/events.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, parseJson, withMember, withoutMembers } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { type Draw, people } from './drawn-room.ts'
import { crypto, numbersOf, signingKey } from './signed-room.ts'

const hash = 'A'.repeat(43)
const values: readonly Json[] = [
  null,
  true,
  0,
  7,
  -7,
  '',
  'x',
  'å',
  '😀',
  [],
  [1, 'a'],
  {},
  { a: { b: [] } },
  { signed: { token: 't', mxid: 'm', signatures: {} }, display_name: 'x' },
  { signed: 5 },
  1.5,
  -0,
  1e21,
  2 ** 53,
  2 ** 60,
]
const types = [
  'm.room.member',
  'm.room.create',
  'm.room.join_rules',
  'm.room.power_levels',
  'm.room.aliases',
  'm.room.history_visibility',
  'm.room.redaction',
  'm.room.message',
  'm.room.third_party_invite',
  'm.room.encryption',
  'm.room.server_acl',
  'constructor',
] as const
const contentKeys = [
  'membership',
  'join_authorised_via_users_server',
  'third_party_invite',
  'creator',
  'room_version',
  'join_rule',
  'allow',
  'ban',
  'events',
  'events_default',
  'invite',
  'kick',
  'redact',
  'state_default',
  'users',
  'users_default',
  'notifications',
  'aliases',
  'history_visibility',
  'redacts',
  'body',
  '__proto__',
  'ä',
  '10',
  '9',
] as const
const extraKeys = [
  'origin',
  'membership',
  'prev_state',
  'redacts',
  'replaces_state',
  'unsigned',
  'event_id',
  'room_id',
  'x',
] as const
const requiredKeys = [
  'auth_events',
  'content',
  'depth',
  'origin_server_ts',
  'prev_events',
  'sender',
  'type',
  'room_id',
  'state_key',
  'hashes',
  'signatures',
] as const

/** The text of a PDU, honest more often than not. */
export function drawPdu(version: RoomVersion, draw: Draw): string {
  const sender = draw.one(people)
  const serverName = serverNameOf(sender as UserId)
  const honest = drawHonest(version, draw, sender, serverName)
  const { ok } = parseJson(JSON.stringify(honest), { numbers: numbersOf(version) })
  try {
    const built = hashAndSign(ok as Pdu, { version, serverName, crypto, signingKey })
    return draw.chance(0.6) ? built.json : JSON.stringify(bend(built.event.pdu, draw))
  } catch {
    return JSON.stringify({
      ...honest,
      hashes: { sha256: hash },
      signatures: { [serverName]: { 'ed25519:x': 'x' } },
    })
  }
}

function drawHonest(version: RoomVersion, draw: Draw, sender: string, serverName: ServerName): JsonObject {
  const type = draw.one(types)
  const isState = draw.chance(0.7)
  const old = version.eventIdFormat === 'field'
  const references = (): Json =>
    Array.from({ length: draw.below(3) }, (_, at) => (old ? [`$${at}:x.example`, {}] : `$${at}${hash.slice(1)}`))
  const isUnnamed = version.roomIdIsCreateHash && type === 'm.room.create' && isState
  const content = Object.fromEntries(
    draw.some(contentKeys, draw.below(9)).map((key) => [key, draw.one(values) ?? null]),
  )
  const extra = Object.fromEntries(
    draw.some(extraKeys, draw.chance(0.3) ? 1 + draw.below(2) : 0).map((key) => [key, draw.one(values) ?? null]),
  )
  return {
    ...extra,
    auth_events: references(),
    content,
    depth: draw.below(100),
    origin_server_ts: 1_700_000_000_000 + draw.below(1000),
    prev_events: references(),
    sender,
    type,
    ...(isState ? { state_key: '' } : {}),
    ...(isUnnamed ? {} : { room_id: version.roomIdIsCreateHash ? `!${hash}` : `!room:${serverName}` }),
    ...(old ? { event_id: `$${draw.below(1e9)}:${serverName}` } : {}),
  }
}

function bend(pdu: Pdu, draw: Draw): Pdu {
  const key = draw.one(requiredKeys)
  if (draw.chance(0.3)) return withoutMembers(pdu, key)
  if (draw.chance(0.3))
    return withMember(
      pdu,
      draw.one(['type', 'state_key']),
      draw.one(['x', 'ä']).repeat(draw.one([127, 128, 200, 255, 256])),
    )
  return withMember(pdu, key, draw.one(values) ?? null)
}
