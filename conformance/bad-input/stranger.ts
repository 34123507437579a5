// Another server, made of keys and a pen: it signs what it likes and sends it to a socket. What it answers is the test's.
// spec: server-server-api #authentication, #pdus, #joining-rooms

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import { type Pdu, type RoomEvent, hashAndSign as signPdu } from '#protocol/events/events.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, isObject, type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { signRequest } from '#protocol/request-authentication/request-authentication.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { buildServerKeys } from '#protocol/server-keys/server-keys.ts'
import { type Answered, alfa, type ServerUnderTest } from './server-under-test.ts'

const crypto = loadCrypto()
/** Milliseconds: keys are good for a day. */
const DAY = 86_400_000

export interface Sending {
  readonly content?: Json
  /** Whom the signature names; alfa unless told. */
  readonly destination?: ServerName
  readonly origin?: ServerName
  readonly key?: SigningKey
  /** What is sent, when it is not what was signed. */
  readonly sent?: string | Uint8Array
}

export class Stranger {
  readonly name: ServerName
  readonly user: UserId
  readonly key: SigningKey
  /** Requests that came in, beside those for its keys. */
  readonly asked: string[] = []
  /** Status and JSON; a promise that never ends is a server that never answers. */
  answering: (method: string, target: string) => readonly [number, Json] | Promise<never> = () => [
    404,
    { errcode: 'M_NOT_FOUND', error: 'Nej.' },
  ]
  /** Does not answer who asks for its keys. */
  hidesKeys = false
  /** How often it was asked for them. */
  keysAsked = 0
  #transactions = 0
  readonly #server: ServerUnderTest

  constructor(server: ServerUnderTest, name: string, seed: number) {
    this.#server = server
    this.name = name as ServerName
    this.user = `@glenn:${name}` as UserId
    this.key = keyOf(seed)
    server.process.shared.loopback.register(this.name, async ({ method, target }) => {
      const [status, json] = await this.#answer(method, target)
      return { status, headers: { 'content-type': 'application/json' }, body: oneBody(JSON.stringify(json)) }
    })
  }

  /** One request, signed as a server should, but for what `sending` replaces. */
  send(method: string, target: string, sending: Sending = {}): Promise<Answered> {
    return this.#server.ask(method, target, this.signed(method, target, sending))
  }

  /** What `ask` and `refused` take. */
  signed(method: string, uri: string, { content, sent, ...more }: Sending = {}) {
    const { origin = this.name, destination = alfa, key = this.key } = more
    const authorization = signRequest({ method, uri, origin, destination, content }, key)
    return { body: sent ?? content, headers: { authorization } }
  }

  /** A transaction of PDUs and EDUs. @returns the answer's `pdus`. */
  async transact(pdus: readonly Json[], edus: readonly Json[] = []): Promise<JsonObject> {
    const target = `/_matrix/federation/v1/send/t${this.#transactions++}`
    const answer = await this.send('PUT', target, { content: this.transaction(pdus, edus) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return (answer.body?.['pdus'] ?? {}) as JsonObject
  }

  transaction(pdus: readonly Json[], edus: readonly Json[] = []): JsonObject {
    return { origin: this.name, origin_server_ts: Date.now(), pdus: [...pdus], edus: [...edus] }
  }

  /** Its user joins a public room by the book. */
  async join(roomId: RoomId): Promise<void> {
    const path = `${encodeURIComponent(roomId)}/${encodeURIComponent(this.user)}?ver=12`
    const made = await this.send('GET', `/_matrix/federation/v1/make_join/${path}`)
    assert.equal(made.status, 200, JSON.stringify(made.body))
    const { event, json } = this.sign({ ...(made.body?.['event'] as JsonObject), content: { membership: 'join' } })
    const target = `/_matrix/federation/v2/send_join/${encodeURIComponent(roomId)}/${encodeURIComponent(event.eventId)}`
    const joined = await this.send('PUT', target, { content: parseJson(json).ok as Json })
    assert.equal(joined.status, 200, JSON.stringify(joined.body))
  }

  /** Hashes and signs a PDU of room version 12. */
  sign(pdu: Pdu): { readonly event: RoomEvent; readonly json: string } {
    const version = roomVersion('12') ?? assert.fail()
    return signPdu(pdu, { version, serverName: this.name, crypto, signingKey: this.key })
  }

  /** As `sign`, by hand, for what no library would sign: hash and signature are right, format and limits are not looked at. */
  forge(draft: JsonObject): { readonly eventId: EventId; readonly pdu: JsonObject } {
    const hashes = draft['hashes'] ?? { sha256: sha256(canonicalJson(draft, 'any'), 'base64') }
    const pdu = { ...draft, hashes }
    const kept = Object.entries(pdu).filter(([name]) => essential.includes(name))
    const signed = canonicalJson({ ...Object.fromEntries(kept), content: essentialContent(draft) }, 'any')
    const signatures = { [this.name]: { [this.key.keyId]: this.key.sign(signed) } }
    return { eventId: `$${sha256(signed, 'base64url')}` as EventId, pdu: { ...pdu, signatures, ...draft } }
  }

  /** A message that stands on the room as it is at alfa; `more` replaces members. */
  async draft(roomId: RoomId, more: JsonObject = {}): Promise<JsonObject> {
    const { rooms } = this.#server.modules
    const head = (await rooms.head(roomId)) ?? assert.fail('The room is not known.')
    const keys = [
      { type: 'm.room.power_levels', stateKey: '' },
      { type: 'm.room.member', stateKey: this.user },
    ]
    const state = await rooms.currentState(roomId, keys)
    return {
      type: 'm.room.message',
      room_id: roomId,
      sender: this.user,
      content: { msgtype: 'm.text', body: 'utkast' },
      origin_server_ts: Date.now(),
      depth: Math.max(...head.extremities.map(({ depth }) => depth)) + 1,
      prev_events: head.extremities.map(({ eventId }) => eventId),
      auth_events: keys.flatMap(({ type, stateKey }) => state?.get(type, stateKey)?.eventId ?? []),
      ...more,
    }
  }

  #answer(method: string, target: string): readonly [number, Json] | Promise<never> {
    if (target === '/_matrix/key/v2/server') {
      this.keysAsked += 1
      if (this.hidesKeys) return new Promise<never>(() => undefined)
      const keys = { serverName: this.name, keys: [this.key], oldKeys: [], validUntil: Date.now() + DAY }
      return [200, buildServerKeys(keys)]
    }
    this.asked.push(`${method} ${target}`)
    if (target.startsWith('/_matrix/federation/v1/send/')) return [200, { pdus: {} }]
    return this.answering(method, target)
  }
}

export const keyOf = (seed: number) => crypto.signingKeyFromSeed(new Uint8Array(32).fill(seed), 'a')

/** What is left of an event that is redacted, beside its content. spec: rooms/v12 #redactions */
const essential = 'event_id type room_id sender state_key hashes depth prev_events auth_events origin_server_ts'.split(
  ' ',
)

/** What is left of the content. spec: rooms/v12 #redactions */
function essentialContent({ type, content }: JsonObject): Json {
  if (type === 'm.room.create') return content ?? {}
  const { membership } = isObject(content) ? content : {}
  return type === 'm.room.member' && membership !== undefined ? { membership } : {}
}

const sha256 = (text: string, encoding: 'base64' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding).replace(/=+$/, '')

async function* oneBody(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
