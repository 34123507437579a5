// What the walk goes through: a server with people, rooms, keys and content, so that a request can be right but for one thing.
// spec: docs/architecture.md (tests)

import assert from 'node:assert/strict'
import { statement } from '#platform/database/database.ts'
import type { TestScope } from '#platform/database/test-database.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { alfa, beta, type Person, type ServerUnderTest, startServer } from '../server-under-test.ts'
import { Stranger } from '../stranger.ts'
import type { Known } from './schema-shape.ts'

export interface World {
  readonly server: ServerUnderTest
  readonly anna: Person
  /** At the other tenant. */
  readonly bo: Person
  readonly guest: Person
  readonly admin: Person
  readonly gamma: Stranger
  readonly roomId: RoomId
  readonly eventId: string
  /** Tokens that end differently. */
  readonly oldToken: string
  readonly endedToken: string
  readonly refreshToken: string
  /** Positions that were given for another purpose, to another person or of another room. */
  readonly foreignTokens: readonly string[]
  /** By the names of parameters and members. */
  readonly known: Known
  nextNumber(): number
}

const makeOld = statement<[string]>(
  'test.make_tokens_old',
  'update session_token set expires_at = created_at - 1 where user_id = $1 and expires_at is not null',
)

/** A picture of one point. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

export async function newWorld(scope: TestScope): Promise<World> {
  const server = await startServer(scope, {
    SAMBAND_REGISTRATION__GUESTS: 'true',
    SAMBAND_REGISTRATION__MODE: 'open',
    SAMBAND_REGISTRATION__SHARED_SECRET: 'ett delat ord som ingen vet',
    SAMBAND_FEDERATION__REQUEST_TIMEOUT: '1s',
    SAMBAND_FEDERATION__FIRST_RETRY: '1m',
  })
  const anna = await server.createUser('anna')
  const bo = await server.createUser('bo', beta)
  await server.createUser('vera')
  await server.modules.accounts.createUser({ username: 'chef', password: 'ett långt lösenord', isAdmin: true })
  const admin = await server.login('chef')
  const gamma = new Stranger(server, 'gamma.example', 3)
  const roomId = await server.createRoom(anna, { name: 'Larm', room_version: '12', room_alias_name: 'larm' })
  await gamma.join(roomId)
  const ok = answering(server, anna)
  const room = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`
  const sent = await ok('PUT', `${room}/send/m.room.message/0`, { msgtype: 'm.text', body: 'Det brinner' })
  let number = 0
  const known: Known = {
    userId: anna.userId,
    user_id: anna.userId,
    sender: anna.userId,
    mxid: anna.userId,
    roomId,
    room_id: roomId,
    roomIdOrAlias: roomId,
    roomAlias: '#larm:alfa.localhost',
    room_alias: '#larm:alfa.localhost',
    eventId: String(sent['event_id']),
    event_id: String(sent['event_id']),
    eventType: 'm.room.message',
    stateKey: '',
    type: 'org.example.walk',
    tag: 'u.walk',
    kind: 'override',
    ruleId: 'walk',
    keyName: 'displayname',
    receiptType: 'm.read',
    relType: 'm.thread',
    serverName: alfa,
    server: alfa,
    via: alfa,
    server_name: alfa,
    origin: gamma.name,
    fileName: 'bild.png',
    sessionId: 'session',
    dir: 'b',
    ver: '12',
    device_id: 'WALKED',
    ...(await things(server, anna, ok)),
  }
  return {
    server,
    anna,
    bo,
    guest: await newGuest(server),
    admin,
    gamma,
    roomId,
    eventId: String(sent['event_id']),
    ...(await endedTokens(server)),
    foreignTokens: await positions(server, bo, ok, room),
    known,
    nextNumber: () => ++number,
  }
}

type Ok = (method: string, target: string, body?: Json | Uint8Array) => Promise<JsonObject>

const answering =
  (server: ServerUnderTest, { token }: Person): Ok =>
  async (method, target, body) => {
    const answer = await server.ask(method, target, { token, body })
    assert.equal(answer.status, 200, `${method} ${target}: ${JSON.stringify(answer.body)}`)
    return answer.body ?? {}
  }

/** What Anna has: a filter, a backup, a picture, a push rule, a device, positions. */
async function things(server: ServerUnderTest, { userId, token }: Person, ok: Ok): Promise<Known> {
  const client = '/_matrix/client/v3'
  const filter = await ok('POST', `${client}/user/${encodeURIComponent(userId)}/filter`, {})
  const backup = { algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: {} }
  const { version } = await ok('POST', `${client}/room_keys/version`, backup)
  await ok('PUT', `${client}/pushrules/global/override/walk`, { actions: ['notify'], conditions: [] })
  const headers = { 'content-type': 'image/png' }
  const uploaded = await server.ask('POST', '/_matrix/media/v3/upload', { token, body: pixel, headers })
  const mediaId = String(uploaded.body?.['content_uri']).split('/').at(-1) ?? ''
  const { device_id: deviceId } = await ok('GET', `${client}/account/whoami`)
  const { next_batch: since } = await ok('GET', `${client}/sync?timeout=0`)
  return {
    filterId: String(filter['filter_id']),
    version: String(version),
    mediaId,
    deviceId: String(deviceId),
    from: String(since),
    to: String(since),
  }
}

async function newGuest(server: ServerUnderTest): Promise<Person> {
  const { status, body } = await server.ask('POST', '/_matrix/client/v3/register?kind=guest', { body: {} })
  assert.equal(status, 200, JSON.stringify(body))
  return { userId: body?.['user_id'] as Person['userId'], token: String(body?.['access_token']) }
}

async function endedTokens(server: ServerUnderTest) {
  const olle = await server.createUser('olle')
  await server.ask('POST', '/_matrix/client/v3/logout', { token: olle.token, body: {} })
  const identifier = { type: 'm.id.user', user: 'olle' }
  const login = { type: 'm.login.password', identifier, password: 'ett långt lösenord', refresh_token: true }
  const old = await server.ask('POST', '/_matrix/client/v3/login', { body: login })
  await server.tenant.database.run(makeOld, olle.userId)
  return {
    oldToken: String(old.body?.['access_token']),
    endedToken: olle.token,
    refreshToken: String(old.body?.['refresh_token']),
  }
}

async function positions(server: ServerUnderTest, bo: Person, ok: Ok, room: string): Promise<readonly string[]> {
  const synced = await server.ask('GET', '/_matrix/client/v3/sync?timeout=0', { host: beta, token: bo.token })
  const messages = await ok('GET', `${room}/messages?dir=b&limit=1`)
  const members = await ok('GET', '/_matrix/client/v3/notifications?limit=1')
  const directory = await ok('GET', '/_matrix/client/v3/publicRooms?limit=1')
  const sliding = await ok('POST', '/_matrix/client/v4/sync', {})
  const given = [
    synced.body?.['next_batch'],
    messages['end'],
    members['next_token'],
    directory['next_batch'],
    sliding['pos'],
  ]
  return given.flatMap((token) => (typeof token === 'string' ? [token] : []))
}
