// Microseconds of what every event goes through: canonical JSON, reading, building with signature, receiving with verification.
// Run: node bench/micro/protocol-core.ts

import { loadCrypto } from '#platform/crypto/crypto.ts'
import { buildEvent, eventFromStored, parsePdu } from '#protocol/events/events.ts'
import { parseEventId, parseRoomId, parseServerName, parseUserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, type Json, parseJson } from '#protocol/json/json.ts'
import { parseXMatrix, signRequest } from '#protocol/request-authentication/request-authentication.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { verifyEventSignatures } from '#protocol/signing/signing.ts'

function given<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('A sample is malformed.')
  return value
}

const crypto = loadCrypto()
const signingKey = crypto.signingKeyFromSeed(Buffer.alloc(32, 7), 'a_bench')
const serverName = given(parseServerName('kommun.example.se'))
const version = roomVersion('12')
const eventIds = ['a', 'b', 'c', 'd'].map((text) => given(parseEventId(`$${crypto.sha256UrlSafe(text)}`)))
const parts = { version, serverName, crypto, signingKey }
const words = 'Mötet är flyttat till torsdag klockan tio, handlingarna ligger i mappen. '

/** About 1 KB as canonical JSON, as clients send it. */
const draft = {
  type: 'm.room.message',
  sender: given(parseUserId('@anna.andersson:kommun.example.se')),
  roomId: given(parseRoomId(`!${crypto.sha256UrlSafe('room')}`)),
  content: {
    msgtype: 'm.text',
    body: words.repeat(2),
    format: 'org.matrix.custom.html',
    formatted_body: `<p>${words}</p>`,
    'm.mentions': { user_ids: ['@bo:region.example.se'] },
  },
  originServerTs: 1_700_000_000_000,
  depth: 4711,
  prevEvents: eventIds.slice(0, 1),
  authEvents: eventIds.slice(1),
}

const { event, json } = buildEvent(draft, parts)
const pdu: Json = JSON.parse(json)
const indented = JSON.stringify(pdu, undefined, 1)
const bytes = Buffer.from(json)
const request = {
  method: 'PUT',
  uri: '/_matrix/federation/v1/send/1',
  origin: serverName,
  destination: serverName,
  content: pdu,
}
const header = signRequest(request, signingKey)
const key = {
  keyId: given([...Object.keys(JSON.parse(json).signatures[serverName])].at(0)) as never,
  publicKey: signingKey.publicKey,
  validUntil: 2 ** 50,
  old: false,
}

function receive(): boolean {
  const parsed = parsePdu(pdu, version, crypto)
  return parsed.ok !== undefined && verifyEventSignatures(parsed.ok, () => key, crypto, parsed.essential).ok
}

const subjects: { readonly [name: string]: () => unknown } = {
  'canonicalJson of a PDU': () => canonicalJson(pdu),
  'canonicalJson of content': () => canonicalJson(draft.content),
  'JSON.stringify of a PDU (for comparison)': () => JSON.stringify(pdu),
  'parseJson, canonical text': () => parseJson(json),
  'parseJson, bytes': () => parseJson(bytes),
  'parseJson, indented text (careful path)': () => parseJson(indented),
  'JSON.parse of a PDU (for comparison)': () => JSON.parse(json),
  'buildEvent with signature': () => buildEvent(draft, parts),
  'signature alone': () => signingKey.sign(json),
  parsePdu: () => parsePdu(pdu, version, crypto),
  'parsePdu and verify': receive,
  eventFromStored: () => eventFromStored(json, version, event.eventId),
  parseUserId: () => parseUserId(draft.sender),
  parseXMatrix: () => parseXMatrix(header),
}

/** The best of several rounds: on a shared machine the others measure the neighbours. */
function microseconds(subject: () => unknown): number {
  const rounds = Array.from({ length: 8 }, () => {
    const start = process.hrtime.bigint()
    for (let run = 0; run < 2000; run += 1) subject()
    return Number(process.hrtime.bigint() - start) / 2000 / 1000
  })
  return Math.min(...rounds)
}

console.log(`${Buffer.byteLength(json)} bytes, ${crypto.implementation}`)
for (const [name, subject] of Object.entries(subjects)) {
  console.log(`${microseconds(subject).toFixed(2).padStart(8)} µs  ${name}`)
}
