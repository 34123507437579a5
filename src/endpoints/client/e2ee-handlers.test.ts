import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { endpoints } from '#api/endpoints.ts'
import {
  crossSigningKey,
  fileScope,
  newSigningKey,
  type TestDevice,
  TestNetwork,
  TestRooms,
  type TestServer,
  testServer,
} from '#e2ee/test-e2ee.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { type HttpServer, startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { seededRandom } from '#platform/random/random.ts'
import { unauthorized } from '#protocol/errors/errors.ts'
import { parseServerName } from '#protocol/identifiers/identifiers.ts'
import { e2eeFederationHandlers } from '../federation/e2ee-handlers.ts'
import { edgeAnswers, mount, type Tenant } from '../mount.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { e2eeHandlers } from './e2ee-handlers.ts'
import type { WithE2ee } from './e2ee-modules.ts'

const scope = fileScope(after)
const random = seededRandom(3)
const network = new TestNetwork()
let alfa: TestServer
let http: HttpServer
let base: string
let anna: TestDevice
let token: string

before(async () => {
  alfa = await testServer(scope, 'alfa.example', { network, rooms: new TestRooms() })
  const log = logTo({ write() {} })
  const tenant: Tenant<WithE2ee & WithAccounts> = {
    serverName: alfa.name,
    modules: alfa,
    authenticateToken: (asked, { allowLocked }) => alfa.accounts.authenticate(asked, { allowLocked }),
    // The signature itself is tested where it is checked: here the header names the server.
    authenticateSigned: async ({ authorization }) => {
      const origin = parseServerName(authorization ?? '')
      if (origin === undefined) throw unauthorized('The request is not signed.')
      return origin
    },
  }
  const handlers = [...e2eeHandlers, ...e2eeFederationHandlers]
  const routes = mount({
    handlers,
    tenantAt: () => tenant,
    limiter: { take: () => 0 },
    acceptTokenInQuery: false,
    checkAnswers: true,
  })
  http = await startHttp({
    listeners: [{ name: 'client', host: '127.0.0.1', port: 0, routes }],
    clock: systemClock(),
    log,
    metrics: createMetrics(),
    ...edgeAnswers(log),
  })
  scope.after(() => http.stop(100))
  base = `http://127.0.0.1:${http.addresses.get('client')?.port}`
  anna = await alfa.device('anna', 'ANNA')
  token = await tokenOf(anna)
})

const passwordAuth = (session?: string) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: 'anna' },
  password: 'lösenord för provet',
  session,
})

async function tokenOf({ userId, deviceId }: TestDevice): Promise<string> {
  const identifier = { type: 'm.id.user', user: userId }
  const login = { type: 'm.login.password', identifier, password: 'lösenord för provet', device_id: deviceId }
  return (await alfa.accounts.login(login)).access_token
}

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any form
  readonly json: any
}

async function call(method: string, path: string, body?: unknown, authorization = `Bearer ${token}`): Promise<Answer> {
  const response = await fetch(`${base}/_matrix/${path}`, {
    method,
    headers: { authorization },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: await response.json() }
}
const client = (method: string, path: string, body?: unknown) => call(method, `client/v3/${path}`, body)
const federation = (method: string, path: string, body?: unknown) =>
  call(method, `federation/v1/${path}`, body, 'beta.example')

test('every handler has a definition in the list, and no definition two handlers', () => {
  const handled = [...e2eeHandlers, ...e2eeFederationHandlers].map(({ endpoint }) => endpoint)
  const defined = new Set<unknown>(endpoints)
  assert.deepEqual(
    handled.filter((endpoint) => !defined.has(endpoint)),
    [],
  )
  assert.equal(new Set(handled).size, handled.length)
})

test('keys are uploaded, asked for and claimed, by clients and by servers', async () => {
  const one_time_keys = Object.fromEntries(
    ['a', 'b'].map((name) => [`signed_curve25519:${name}`, { key: name, signatures: {} }]),
  )
  const upload = await client('POST', 'keys/upload', { device_keys: anna.keys, one_time_keys })
  assert.deepEqual(upload, { status: 200, json: { one_time_key_counts: { signed_curve25519: 2 } } })
  const device_keys = { [anna.userId]: [] }
  const queried = await client('POST', 'keys/query', { device_keys })
  assert.deepEqual(queried.json.device_keys, { [anna.userId]: { ANNA: anna.keys } })
  assert.deepEqual(queried.json.failures, {})
  const claim = { one_time_keys: { [anna.userId]: { ANNA: 'signed_curve25519' } } }
  const first = await client('POST', 'keys/claim', claim)
  assert.deepEqual(Object.keys(first.json.one_time_keys[anna.userId].ANNA), ['signed_curve25519:a'])
  const second = await federation('POST', 'user/keys/claim', claim)
  assert.deepEqual(Object.keys(second.json.one_time_keys[anna.userId].ANNA), ['signed_curve25519:b'])
  assert.deepEqual(
    (await federation('POST', 'user/keys/query', { device_keys })).json.device_keys,
    queried.json.device_keys,
  )
  const list = await federation('GET', `user/devices/${encodeURIComponent(anna.userId)}`)
  assert.deepEqual(list.json.devices, [{ device_id: 'ANNA', keys: anna.keys }])
  assert.ok(list.json.stream_id > 0)
})

test('keys in another form are refused with M_BAD_JSON', async () => {
  const partial = { user_id: anna.userId, device_id: 'ANNA' }
  const { status, json } = await client('POST', 'keys/upload', { device_keys: partial })
  assert.deepEqual([status, json.errcode], [400, 'M_BAD_JSON'])
})

test('cross-signing keys are replaced with the password only, and the consent is to those keys', async () => {
  const keysOf = (master = newSigningKey(random)) => ({
    master_key: crossSigningKey(anna.userId, 'master', master),
    self_signing_key: crossSigningKey(anna.userId, 'self_signing', newSigningKey(random), master),
  })
  const first = await client('POST', 'keys/device_signing/upload', keysOf())
  assert.deepEqual(first, { status: 200, json: {} })
  const [wanted, other] = [keysOf(), keysOf()]
  const asked = await client('POST', 'keys/device_signing/upload', wanted)
  assert.deepEqual([asked.status, asked.json.flows], [401, [{ stages: ['m.login.password'] }]])
  const auth = passwordAuth(asked.json.session)
  const swapped = await client('POST', 'keys/device_signing/upload', { ...other, auth })
  assert.equal(swapped.status, 403)
  const done = await client('POST', 'keys/device_signing/upload', { ...wanted, auth })
  assert.deepEqual(done, { status: 200, json: {} })
  const queried = await client('POST', 'keys/query', { device_keys: { [anna.userId]: [] } })
  assert.deepEqual(queried.json.master_keys, { [anna.userId]: wanted.master_key })
})

test('signatures that cannot be taken are told one by one', async () => {
  const { status, json } = await client('POST', 'keys/signatures/upload', { [anna.userId]: { NONE: anna.keys } })
  assert.deepEqual([status, json.failures[anna.userId].NONE.errcode], [200, 'M_NOT_FOUND'])
})

test('a message to a device is taken, and waits', async () => {
  const start = alfa.stream.head
  const messages = { [anna.userId]: { '*': { a: 1 } } }
  assert.equal((await client('PUT', 'sendToDevice/m.test/1', { messages })).status, 200)
  assert.equal((await client('PUT', 'sendToDevice/m.test/1', { messages })).status, 200)
  const { events } = await alfa.e2ee.messagesFor(anna, { after: start, upTo: alfa.stream.head })
  assert.deepEqual(
    events.map((text) => JSON.parse(text)),
    [{ content: { a: 1 }, sender: anna.userId, type: 'm.test' }],
  )
})

test('a key backup from its first version to its last key', async () => {
  const algorithm = 'm.megolm_backup.v1.curve25519-aes-sha2'
  assert.equal((await client('GET', 'room_keys/version')).json.errcode, 'M_NOT_FOUND')
  const { version } = (await client('POST', 'room_keys/version', { algorithm, auth_data: {} })).json
  const key = { first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: { a: 'b' } }
  const room = encodeURIComponent('!rum:alfa.example')
  const at = (path: string) => `room_keys/keys${path}?version=${version}`
  assert.equal(
    (await client('PUT', at(''), { rooms: { '!rum:alfa.example': { sessions: { s1: key } } } })).json.count,
    1,
  )
  assert.equal((await client('PUT', at(`/${room}`), { sessions: { s2: key } })).json.count, 2)
  assert.equal((await client('PUT', at(`/${room}/s3`), key)).json.count, 3)
  assert.deepEqual((await client('GET', at(`/${room}/s3`))).json, key)
  assert.deepEqual(Object.keys((await client('GET', at(`/${room}`))).json.sessions), ['s1', 's2', 's3'])
  assert.deepEqual(Object.keys((await client('GET', at(''))).json.rooms), ['!rum:alfa.example'])
  assert.equal((await client('DELETE', at(`/${room}/s3`))).json.count, 2)
  assert.equal((await client('DELETE', at(`/${room}`))).json.count, 0)
  assert.equal((await client('DELETE', at(''))).json.count, 0)
  assert.equal((await client('PUT', `room_keys/version/${version}`, { algorithm, auth_data: { b: 1 } })).status, 200)
  assert.deepEqual((await client('GET', `room_keys/version/${version}`)).json.auth_data, { b: 1 })
  assert.equal((await client('DELETE', `room_keys/version/${version}`)).status, 200)
  assert.equal((await client('GET', 'room_keys/version')).status, 404)
})
