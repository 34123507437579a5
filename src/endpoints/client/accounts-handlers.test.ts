import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accountsForTests } from '#accounts/test-accounts.ts'
import { adminEndpoints } from '#api/admin/admin-endpoints.ts'
import { endpoints } from '#api/endpoints.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { type HttpServer, startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { unauthorized } from '#protocol/errors/errors.ts'
import { edgeAnswers, mount, type Tenant } from '../mount.ts'
import { accountsHandlers } from './accounts-handlers.ts'
import type { WithAccounts } from './accounts-modules.ts'
import type { ProfileSources } from './profile-of.ts'

const t = accountsForTests()
let server: HttpServer
let base: string

before(async () => {
  await t.ready
  const log = logTo({ write() {} })
  const tenant: Tenant<WithAccounts & ProfileSources> = {
    serverName: t.serverName,
    modules: { accounts: t.accounts, federation: noFederation },
    authenticateToken: async (token, { allowLocked, request }) => {
      const session = await t.accounts.authenticate(token, { allowLocked })
      t.accounts.noteSeen(session, { ip: request.remoteAddress, userAgent: request.headers['user-agent'] ?? '' })
      return session
    },
    authenticateSigned: () => Promise.reject(unauthorized('The request is not signed.')),
  }
  server = await startHttp({
    listeners: [{ name: 'client', host: '127.0.0.1', port: 0, routes: routesOf(tenant) }],
    clock: systemClock(),
    log,
    metrics: createMetrics(),
    ...edgeAnswers(log),
  })
  base = `http://127.0.0.1:${server.addresses.get('client')?.port}`
})

after(() => server.stop(100))

const routesOf = (tenant: Tenant<WithAccounts & ProfileSources>) =>
  mount({
    handlers: accountsHandlers,
    tenantAt: () => tenant,
    limiter: { take: () => 0 },
    acceptTokenInQuery: false,
    checkAnswers: true,
  })

/** Nothing here is asked of other servers: a use of it fails the test. */
const noFederation = new Proxy({} as FederationTransport, {
  get: (_, name) => assert.fail(`federation.${String(name)} was used`),
})

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any form
  readonly json: any
}

async function call(method: string, path: string, options: { token?: string; body?: unknown } = {}): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  })
  return { status: response.status, json: await response.json() }
}

async function register(username: string): Promise<{ token: string; userId: string; deviceId: string }> {
  const body = { username, password: `password of ${username}`, auth: { type: 'm.login.dummy' } }
  const { status, json } = await call('POST', '/_matrix/client/v3/register', { body })
  assert.equal(status, 200, JSON.stringify(json))
  return { token: json.access_token, userId: json.user_id, deviceId: json.device_id }
}

const user = (userId: string) => `/_matrix/client/v3/user/${encodeURIComponent(userId)}`

test('every handler has a definition in the lists, and no definition two handlers', () => {
  const defined = new Set<unknown>([...endpoints, ...adminEndpoints])
  const handled = accountsHandlers.map(({ endpoint }) => endpoint)
  assert.deepEqual(
    handled.filter((endpoint) => !defined.has(endpoint)),
    [],
  )
  assert.equal(new Set(handled).size, handled.length)
})

test('a client registers, asks who it is, logs out, and logs in again', async () => {
  const asked = await call('POST', '/_matrix/client/v3/register', { body: {} })
  assert.equal(asked.status, 401)
  assert.deepEqual(asked.json.flows, [{ stages: ['m.login.dummy'] }])
  assert.equal(asked.json.errcode, undefined)
  const { token, userId, deviceId } = await register('anna')
  const whoami = await call('GET', '/_matrix/client/r0/account/whoami', { token })
  assert.deepEqual(whoami.json, { user_id: userId, device_id: deviceId, is_guest: false })
  assert.deepEqual(await call('POST', '/_matrix/client/v3/logout', { token }), { status: 200, json: {} })
  assert.equal((await call('GET', '/_matrix/client/v3/account/whoami', { token })).json.errcode, 'M_UNKNOWN_TOKEN')
  assert.equal((await call('GET', '/_matrix/client/v3/account/whoami')).json.errcode, 'M_MISSING_TOKEN')
  const flows = await call('GET', '/_matrix/client/v3/login')
  assert.ok(flows.json.flows.some(({ type }: { type: string }) => type === 'm.login.password'))
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: 'anna' },
    password: 'password of anna',
  }
  const login = await call('POST', '/_matrix/client/v3/login', { body })
  assert.equal(login.json.user_id, userId)
  const wrong = await call('POST', '/_matrix/client/v3/login', { body: { ...body, password: 'x' } })
  assert.deepEqual([wrong.status, wrong.json.errcode], [403, 'M_FORBIDDEN'])
})

test('usernames: available, in use, invalid, over HTTP; registration tokens not known', async () => {
  await register('taken')
  const available = (username: string) => call('GET', `/_matrix/client/v3/register/available?username=${username}`)
  assert.deepEqual(await available('free'), { status: 200, json: { available: true } })
  assert.equal((await available('taken')).json.errcode, 'M_USER_IN_USE')
  assert.equal((await available('a%20b')).json.errcode, 'M_INVALID_USERNAME')
  const validity = await call('GET', '/_matrix/client/v1/register/m.login.registration_token/validity?token=x')
  assert.deepEqual(validity, { status: 200, json: { valid: false } })
})

test("a device is deleted with the password, not without, not with a wrong one, not with another user's", async () => {
  const { token, deviceId } = await register('bo')
  await register('other')
  const path = `/_matrix/client/v3/devices/${deviceId}`
  const auth = (name: string, password: string, session?: string) => ({
    auth: { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password, session },
  })
  const first = await call('DELETE', path, { token })
  assert.equal(first.status, 401)
  assert.deepEqual(first.json.flows, [{ stages: ['m.login.password'] }])
  const wrong = await call('DELETE', path, { token, body: auth('bo', 'x', first.json.session) })
  assert.deepEqual([wrong.status, wrong.json.errcode, wrong.json.session], [401, 'M_FORBIDDEN', first.json.session])
  const another = await call('DELETE', path, { token, body: auth('other', 'password of other', first.json.session) })
  assert.deepEqual([another.status, another.json.errcode], [403, 'M_FORBIDDEN'])
  const listed = await call('GET', '/_matrix/client/v3/devices', { token })
  assert.deepEqual(
    listed.json.devices.map(({ device_id }: { device_id: string }) => device_id),
    [deviceId],
  )
  const bulk = { ...auth('bo', 'password of bo', first.json.session), devices: ['ELSE'] }
  assert.equal((await call('POST', '/_matrix/client/v3/delete_devices', { token, body: bulk })).status, 403)
  const right = await call('DELETE', path, { token, body: auth('bo', 'password of bo', first.json.session) })
  assert.deepEqual(right, { status: 200, json: {} })
  assert.equal((await call('GET', path, { token })).status, 401)
})

test('a device is named and shown; one that is not there is 404', async () => {
  const { token, deviceId } = await register('cecilia')
  const path = `/_matrix/client/v3/devices/${deviceId}`
  assert.equal((await call('PUT', path, { token, body: { display_name: 'Dator' } })).status, 200)
  assert.equal((await call('GET', path, { token })).json.display_name, 'Dator')
  assert.equal((await call('PUT', '/_matrix/client/v3/devices/NO', { token, body: {} })).json.errcode, 'M_NOT_FOUND')
  assert.equal((await call('GET', '/_matrix/client/v3/devices/NO', { token })).status, 404)
})

test('the password is changed, and the account closed, after the user authenticated again', async () => {
  const { token } = await register('david')
  const auth = (password: string) => ({ auth: { type: 'm.login.password', user: 'david', password } })
  const change = (body: object) =>
    call('POST', '/_matrix/client/v3/account/password', { token, body: { new_password: 'another password', ...body } })
  assert.equal((await change({})).status, 401)
  assert.equal((await change(auth('password of david'))).status, 200)
  const close = (body: object) => call('POST', '/_matrix/client/v3/account/deactivate', { token, body })
  assert.equal((await close(auth('password of david'))).json.errcode, 'M_FORBIDDEN')
  assert.deepEqual((await close(auth('another password'))).json, { id_server_unbind_result: 'success' })
  assert.equal((await close(auth('another password'))).status, 401)
  assert.equal(
    (await call('POST', '/_matrix/client/v3/account/deactivate', { body: {} })).json.errcode,
    'M_MISSING_TOKEN',
  )
})

test("profile over HTTP: own fields are set and deleted, anybody reads them, others' are 403, nobody's 404", async () => {
  const { token, userId } = await register('eva')
  await register('filip')
  const path = `/_matrix/client/v3/profile/${userId}`
  const set = (key: string, body: object) => call('PUT', `${path}/${key}`, { token, body })
  assert.equal((await set('displayname', { displayname: 'Eva E' })).status, 200)
  assert.equal((await set('m.tz', { 'm.tz': 'Europe/Stockholm' })).status, 200)
  assert.equal((await set('m.tz', { displayname: 'x' })).json.errcode, 'M_MISSING_PARAM')
  assert.equal((await set('a'.repeat(256), {})).json.errcode, 'M_KEY_TOO_LARGE')
  assert.equal((await set('nodots', { nodots: 1 })).json.errcode, 'M_INVALID_PARAM')
  assert.deepEqual((await call('GET', path)).json, { displayname: 'Eva E', 'm.tz': 'Europe/Stockholm' })
  assert.deepEqual((await call('GET', `${path}/m.tz`)).json, { 'm.tz': 'Europe/Stockholm' })
  assert.equal((await call('DELETE', `${path}/m.tz`, { token })).status, 200)
  assert.equal((await call('GET', `${path}/m.tz`)).json.errcode, 'M_NOT_FOUND')
  const foreign = '/_matrix/client/v3/profile/@filip:hs1/displayname'
  assert.equal((await call('PUT', foreign, { token, body: { displayname: 'x' } })).status, 403)
  assert.equal((await call('GET', '/_matrix/client/v3/profile/@nobody:hs1')).status, 404)
})

test("account data, tags and filters over HTTP; another user's are 403", async () => {
  const { token, userId } = await register('gun')
  const data = `${user(userId)}/account_data/org.example`
  assert.equal((await call('GET', data, { token })).json.errcode, 'M_NOT_FOUND')
  assert.equal((await call('PUT', data, { token, body: { a: [1.5] } })).status, 200)
  assert.deepEqual((await call('GET', data, { token })).json, { a: [1.5] })
  assert.equal((await call('PUT', data, { token, body: [] })).json.errcode, 'M_BAD_JSON')
  const managed = await call('PUT', `${user(userId)}/account_data/m.push_rules`, { token, body: {} })
  assert.deepEqual([managed.status, managed.json.errcode], [405, 'M_BAD_JSON'])
  assert.equal((await call('GET', `${user('@anna:hs1')}/account_data/org.example`, { token })).status, 403)
  const room = `${user(userId)}/rooms/!a:hs1`
  assert.equal((await call('PUT', `${room}/account_data/org.x`, { token, body: { b: 1 } })).status, 200)
  assert.deepEqual((await call('GET', `${room}/account_data/org.x`, { token })).json, { b: 1 })
  assert.equal(
    (await call('PUT', `${user(userId)}/rooms/nope/account_data/org.x`, { token, body: {} })).json.errcode,
    'M_INVALID_PARAM',
  )
  assert.equal((await call('PUT', `${room}/tags/u.work`, { token, body: { order: 0.7 } })).status, 200)
  assert.deepEqual((await call('GET', `${room}/tags`, { token })).json, { tags: { 'u.work': { order: 0.7 } } })
  assert.equal((await call('DELETE', `${room}/tags/u.work`, { token })).status, 200)
  assert.deepEqual((await call('GET', `${room}/tags`, { token })).json, { tags: {} })
  const filter = { room: { timeline: { limit: 10 } } }
  const { json } = await call('POST', `${user(userId)}/filter`, { token, body: filter })
  assert.deepEqual((await call('GET', `${user(userId)}/filter/${json.filter_id}`, { token })).json, filter)
  assert.equal((await call('GET', `${user(userId)}/filter/99`, { token })).json.errcode, 'M_NOT_FOUND')
})

test('a login token is asked for with the password, and used on another device', async () => {
  const { token, userId } = await register('hans')
  const path = '/_matrix/client/v1/login/get_token'
  assert.equal((await call('POST', path, { token })).status, 401)
  const body = { auth: { type: 'm.login.password', user: 'hans', password: 'password of hans' } }
  const issued = await call('POST', path, { token, body })
  assert.equal(issued.json.expires_in_ms, 120_000)
  const login = { type: 'm.login.token', token: issued.json.login_token }
  assert.equal((await call('POST', '/_matrix/client/v3/login', { body: login })).json.user_id, userId)
})

test('an OpenID token is exchanged for the user ID', async () => {
  const { token, userId } = await register('ida')
  const { json } = await call('POST', `${user(userId)}/openid/request_token`, { token, body: {} })
  const info = '/_matrix/federation/v1/openid/userinfo?access_token='
  assert.deepEqual((await call('GET', info + json.access_token)).json, { sub: userId })
  assert.equal((await call('GET', `${info}x`)).json.errcode, 'M_UNKNOWN_TOKEN')
})

test('guests do what the guest access module lists, and the rest is M_GUEST_ACCESS_FORBIDDEN', async () => {
  const guest = await call('POST', '/_matrix/client/v3/register?kind=guest', { body: {} })
  const token = guest.json.access_token
  const userId = guest.json.user_id
  const allowed = [
    await call('GET', '/_matrix/client/v3/account/whoami', { token }),
    await call('GET', '/_matrix/client/v3/devices', { token }),
    await call('PUT', `/_matrix/client/v3/profile/${userId}/displayname`, { token, body: { displayname: 'Gäst' } }),
    await call('POST', `${user(userId)}/filter`, { token, body: {} }),
  ]
  assert.deepEqual(
    allowed.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  const refused = [
    await call('PUT', `/_matrix/client/v3/profile/${userId}/m.tz`, { token, body: { 'm.tz': 'x' } }),
    await call('PUT', `${user(userId)}/account_data/org.x`, { token, body: {} }),
    await call('POST', `${user(userId)}/openid/request_token`, { token, body: {} }),
    await call('POST', '/_matrix/client/v3/account/deactivate', { token, body: {} }),
    await call('POST', '/_matrix/client/v1/login/get_token', { token, body: {} }),
  ]
  assert.deepEqual(
    refused.map(({ json }) => json.errcode),
    Array(5).fill('M_GUEST_ACCESS_FORBIDDEN'),
  )
})

test('administrators lock and suspend others, users see only their own sessions', async () => {
  const { token, userId } = await register('karin')
  const admin = await t.accounts.createUser({ username: 'root', password: 'root password', isAdmin: true })
  const login = await t.accounts.login({ type: 'm.login.password', user: 'root', password: 'root password' })
  const lock = (target: string, as: string, locked = true) =>
    call('PUT', `/_matrix/client/v1/admin/lock/${target}`, { token: as, body: { locked } })
  assert.equal((await lock('@nobody:hs1', token)).status, 403)
  assert.equal((await lock(admin.userId, login.access_token)).status, 403)
  assert.equal((await lock('@nobody:hs1', login.access_token)).status, 404)
  assert.equal((await lock('@karin:hs2', login.access_token)).json.errcode, 'M_INVALID_PARAM')
  assert.deepEqual((await lock(userId, login.access_token)).json, { locked: true })
  const locked = await call('GET', '/_matrix/client/v3/account/whoami', { token })
  assert.deepEqual([locked.status, locked.json.errcode, locked.json.soft_logout], [401, 'M_USER_LOCKED', true])
  assert.deepEqual((await lock(userId, login.access_token, false)).json, { locked: false })
  const suspend = `/_matrix/client/v1/admin/suspend/${userId}`
  assert.equal((await call('PUT', suspend, { token: login.access_token, body: { suspended: true } })).status, 200)
  assert.deepEqual((await call('GET', suspend, { token: login.access_token })).json, { suspended: true })
  const rename = await call('PUT', `/_matrix/client/v3/profile/${userId}/displayname`, {
    token,
    body: { displayname: 'x' },
  })
  assert.deepEqual([rename.status, rename.json.errcode], [403, 'M_USER_SUSPENDED'])
  const own = await call('GET', `/_matrix/client/v3/admin/whois/${userId}`, { token })
  assert.equal(own.json.user_id, userId)
  const [seen] = Object.values<{ sessions: { connections: { ip: string }[] }[] }>(own.json.devices)
  assert.equal(seen?.sessions[0]?.connections[0]?.ip, '127.0.0.1')
  assert.equal((await call('GET', `/_matrix/client/v3/admin/whois/${admin.userId}`, { token })).status, 403)
  assert.equal(
    (await call('GET', `/_matrix/client/v3/admin/whois/${userId}`, { token: login.access_token })).status,
    200,
  )
})

test('refresh, capabilities, logout of all, and the nonce of the shared secret', async () => {
  const { token } = await register('lars')
  const body = { type: 'm.login.password', user: 'lars', password: 'password of lars', refresh_token: true }
  const login = await call('POST', '/_matrix/client/v3/login', { body })
  const refreshed = await call('POST', '/_matrix/client/v3/refresh', {
    body: { refresh_token: login.json.refresh_token },
  })
  assert.equal(refreshed.json.expires_in_ms, 300_000)
  assert.equal((await call('POST', '/_matrix/client/v3/refresh', { body: { refresh_token: 'x' } })).status, 401)
  const { json } = await call('GET', '/_matrix/client/v3/capabilities', { token })
  assert.equal(json.capabilities['m.room_versions'].available['12'], 'stable')
  assert.equal((await call('POST', '/_matrix/client/v3/logout/all', { token })).status, 200)
  assert.equal(
    (await call('GET', '/_matrix/client/v3/account/whoami', { token: refreshed.json.access_token })).status,
    401,
  )
  const nonce = await call('GET', '/_synapse/admin/v1/register')
  assert.equal(nonce.json.nonce.length, 32)
  const guess = { nonce: nonce.json.nonce, username: 'x', password: 'long enough', admin: true, mac: '00' }
  assert.equal((await call('POST', '/_synapse/admin/v1/register', { body: guess })).json.errcode, 'M_FORBIDDEN')
})
