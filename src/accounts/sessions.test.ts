import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { accountsForTests, aUser } from './test-accounts.ts'

const t = accountsForTests()

const loginBody = (user: string, more: JsonObject = {}): JsonObject => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user },
  password: `password of ${user}`,
  ...more,
})

const unknownTokenError = { status: 401, errcode: 'M_UNKNOWN_TOKEN' }

test('a token says who calls; without one M_MISSING_TOKEN, with a wrong one M_UNKNOWN_TOKEN', async () => {
  const { session, token } = await aUser(t.accounts, 'anna')
  assert.equal(session.userId, '@anna:hs1')
  assert.equal(session.localpart, 'anna')
  assert.equal(session.isGuest, false)
  assert.equal(await t.accounts.authenticate(token), session, 'the second time it comes from memory')
  await assert.rejects(t.accounts.authenticate(undefined), { status: 401, errcode: 'M_MISSING_TOKEN' })
  await assert.rejects(t.accounts.authenticate(`${token}x`), unknownTokenError)
  await assert.rejects(t.accounts.authenticate('x'.repeat(100_000)), unknownTokenError)
})

test('tokens are stored as hashes only', async () => {
  const { token } = await aUser(t.accounts, 'hash')
  const rows = await t.database.run<[], { row: string }>({
    name: 'test.tokens',
    text: 'select session_token::text as row from session_token',
    writes: false,
  })
  assert.ok(rows.length > 0)
  assert.ok(rows.every(({ row }) => !row.includes(token) && !row.includes('sbat_')))
})

test('a wrong password and an unknown user get the same refusal', async () => {
  await aUser(t.accounts, 'bo')
  const refusal = (body: JsonObject) =>
    t.accounts.login(body).then(
      () => 'logged in',
      (error) => JSON.stringify(error),
    )
  const wrong = await refusal(loginBody('bo', { password: 'not it' }))
  assert.match(wrong, /"M_FORBIDDEN"/)
  assert.equal(await refusal(loginBody('nobody')), wrong)
  assert.equal(
    await refusal({
      type: 'm.login.password',
      password: 'x',
      identifier: { type: 'm.id.thirdparty', medium: 'email', address: 'a@b.se' },
    }),
    wrong,
  )
  assert.equal(await refusal(loginBody('@bo:hs2')), wrong)
})

test('login takes the localpart, the user ID, capitals, and the legacy "user"', async () => {
  await aUser(t.accounts, 'cecilia')
  const password = 'password of cecilia'
  for (const user of ['cecilia', '@cecilia:hs1', 'Cecilia', '@CECILIA:hs1']) {
    const answer = await t.accounts.login({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user },
      password,
    })
    assert.equal(answer.user_id, '@cecilia:hs1')
    assert.equal(answer.home_server, 'hs1')
  }
  assert.equal(
    (await t.accounts.login({ type: 'm.login.password', user: 'cecilia', password })).user_id,
    '@cecilia:hs1',
  )
})

test('malformed logins are told apart: type unknown, type, password or identifier missing', async () => {
  await assert.rejects(t.accounts.login({ type: 'm.login.magic' }), { status: 400, errcode: 'M_UNKNOWN' })
  await assert.rejects(t.accounts.login({}), { errcode: 'M_MISSING_PARAM' })
  await assert.rejects(t.accounts.login({ type: 'm.login.password', user: 'a' }), { errcode: 'M_MISSING_PARAM' })
  await assert.rejects(t.accounts.login({ type: 'm.login.password', password: 'x' }), { errcode: 'M_MISSING_PARAM' })
  await assert.rejects(t.accounts.login(loginBody('a', { identifier: { type: 'm.id.user' } })), {
    errcode: 'M_BAD_JSON',
  })
})

test('a login on a known device keeps the device and ends the tokens that it had', async () => {
  const { session, token } = await aUser(t.accounts, 'david')
  const answer = await t.accounts.login(
    loginBody('david', { device_id: session.deviceId, initial_device_display_name: 'ignored' }),
  )
  assert.equal(answer.device_id, session.deviceId)
  await assert.rejects(t.accounts.authenticate(token), unknownTokenError)
  assert.equal((await t.accounts.authenticate(answer.access_token)).deviceId, session.deviceId)
  const devices = await t.accounts.devices.list(session.userId)
  assert.deepEqual(
    devices.map(({ displayName }) => displayName),
    [undefined],
  )
})

test('a device ID of the client is kept, with its name; one that nobody can have is refused', async () => {
  const { session } = await aUser(t.accounts, 'eva')
  const answer = await t.accounts.login(
    loginBody('eva', { device_id: 'MY/DEVICE+1', initial_device_display_name: 'Evas telefon' }),
  )
  assert.equal(answer.device_id, 'MY/DEVICE+1')
  const device = await t.accounts.devices.get(session.userId, 'MY/DEVICE+1' as DeviceId)
  assert.equal(device?.displayName, 'Evas telefon')
  await assert.rejects(t.accounts.login(loginBody('eva', { device_id: 'a'.repeat(256) })), {
    errcode: 'M_INVALID_PARAM',
  })
})

test('two logins on one new device at the same time leave one of their tokens', async () => {
  await aUser(t.accounts, 'filip')
  const answers = await Promise.all([1, 2].map(() => t.accounts.login(loginBody('filip', { device_id: 'SAME' }))))
  const living = await Promise.allSettled(answers.map(({ access_token }) => t.accounts.authenticate(access_token)))
  assert.equal(living.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('logout ends the token at once and deletes the device; logoutAll all of them', async () => {
  const { session, token } = await aUser(t.accounts, 'gun')
  const other = await t.accounts.login(loginBody('gun'))
  const third = await t.accounts.login(loginBody('gun'))
  await t.accounts.logout(session)
  await assert.rejects(
    t.accounts.authenticate(token),
    (error: Error) => !('soft_logout' in JSON.parse(JSON.stringify(error))),
  )
  assert.equal((await t.accounts.devices.list(session.userId)).length, 2)
  await t.accounts.logoutAll(await t.accounts.authenticate(other.access_token))
  await assert.rejects(t.accounts.authenticate(other.access_token), unknownTokenError)
  await assert.rejects(t.accounts.authenticate(third.access_token), unknownTokenError)
  assert.deepEqual(await t.accounts.devices.list(session.userId), [])
})

test('a logout in another process is known here within a minute', async () => {
  const { session, token } = await aUser(t.accounts, 'hans')
  await t.again().logout(session)
  await t.clock.advance(60_001)
  await assert.rejects(t.accounts.authenticate(token), unknownTokenError)
})

test('refresh: new tokens; the old refresh token works until a new token is used, the old access token ends then too', async () => {
  await aUser(t.accounts, 'ida')
  const first = await t.accounts.login(loginBody('ida', { refresh_token: true }))
  assert.equal(first.expires_in_ms, 300_000)
  const lost = await t.accounts.refresh(first.refresh_token ?? '')
  const second = await t.accounts.refresh(first.refresh_token ?? '')
  await assert.rejects(t.accounts.authenticate(lost.access_token), unknownTokenError)
  await assert.rejects(t.accounts.refresh(lost.refresh_token ?? ''), unknownTokenError)
  assert.equal((await t.accounts.authenticate(first.access_token)).localpart, 'ida')
  assert.equal((await t.accounts.authenticate(second.access_token)).deviceId, first.device_id)
  await assert.rejects(t.accounts.authenticate(first.access_token), unknownTokenError)
  await assert.rejects(t.accounts.refresh(first.refresh_token ?? ''), unknownTokenError)
  const third = await t.accounts.refresh(second.refresh_token ?? '')
  const fourth = await t.accounts.refresh(third.refresh_token ?? '')
  await assert.rejects(
    t.accounts.refresh(second.refresh_token ?? ''),
    unknownTokenError,
    'ended by the use of the third',
  )
  assert.equal((await t.accounts.authenticate(fourth.access_token)).localpart, 'ida')
})

test('an access token of a refreshing client ends by time with soft_logout, and can be refreshed; others do not end', async () => {
  const { token } = await aUser(t.accounts, 'johan')
  const answer = await t.accounts.login(loginBody('johan', { refresh_token: true }))
  await t.accounts.authenticate(answer.access_token)
  await t.clock.advance(300_000)
  const soft = (error: Error) => JSON.parse(JSON.stringify(error)).soft_logout === true
  await assert.rejects(t.accounts.authenticate(answer.access_token), soft)
  await assert.rejects(t.again().authenticate(answer.access_token), soft)
  assert.equal((await t.accounts.authenticate(token)).localpart, 'johan')
  const fresh = await t.accounts.refresh(answer.refresh_token ?? '')
  assert.equal((await t.accounts.authenticate(fresh.access_token)).localpart, 'johan')
})

test('M_USER_LOCKED with soft_logout at once, for logins and refreshes too; logout is open; unlocked, the session is there again', async () => {
  const { session, token } = await aUser(t.accounts, 'karin')
  const refreshing = await t.accounts.login(loginBody('karin', { refresh_token: true }))
  await t.accounts.users.setFlags(session.userId, { isLocked: true })
  const locked = { status: 401, errcode: 'M_USER_LOCKED', extra: { soft_logout: true } }
  await assert.rejects(t.accounts.authenticate(token), locked)
  await assert.rejects(t.accounts.login(loginBody('karin')), locked)
  await assert.rejects(t.accounts.refresh(refreshing.refresh_token ?? ''), locked)
  assert.equal((await t.accounts.authenticate(token, { allowLocked: true })).isLocked, true)
  await t.accounts.users.setFlags(session.userId, { isLocked: false })
  assert.equal((await t.accounts.authenticate(token)).userId, session.userId)
})

test('a login token is good for one login, within two minutes', async () => {
  const { session } = await aUser(t.accounts, 'lars')
  const { login_token, expires_in_ms } = await t.accounts.issueLoginToken(session.userId)
  assert.equal(expires_in_ms, 120_000)
  const login = () => t.accounts.login({ type: 'm.login.token', token: login_token })
  assert.equal((await login()).user_id, session.userId)
  await assert.rejects(login(), { status: 403, errcode: 'M_FORBIDDEN' })
  const late = await t.accounts.issueLoginToken(session.userId)
  await t.clock.advance(120_000)
  await assert.rejects(t.accounts.login({ type: 'm.login.token', token: late.login_token }), { status: 403 })
})

test('too many attempts on one account are told to wait, also with the right password', async () => {
  await aUser(t.accounts, 'maria')
  const accounts = t.again({ passwordAttempts: { perSecond: 0.1, burst: 2 } })
  for (const password of ['a', 'b'])
    await assert.rejects(accounts.login(loginBody('maria', { password })), { status: 403 })
  await assert.rejects(accounts.login(loginBody('maria')), { status: 429, errcode: 'M_LIMIT_EXCEEDED' })
  await t.clock.advance(10_000)
  assert.equal((await accounts.login(loginBody('maria'))).user_id, '@maria:hs1')
})

test('a login with an outdated hash stores a new one', async () => {
  await aUser(t.accounts, 'nils')
  const stronger = t.again({ passwords: { minimumLength: 8, memoryKiB: 128, passes: 1 } })
  await stronger.login(loginBody('nils'))
  const [row] = await t.database.run<[], { hash: string }>({
    name: 'test.hash',
    text: `select password_hash as hash from account where user_id = '@nils:hs1'`,
    writes: false,
  })
  assert.match(row?.hash ?? '', /m=128,/)
  assert.equal((await t.accounts.login(loginBody('nils'))).user_id, '@nils:hs1')
})

test('a session is noted with address and agent, once in five minutes, for many at once', async () => {
  const { session } = await aUser(t.accounts, 'olle')
  const seenAt = t.clock.now()
  t.accounts.noteSeen(session, { ip: '192.0.2.1', userAgent: 'agent\0one' })
  await t.clock.advance(1_000)
  t.accounts.noteSeen(session, { ip: '192.0.2.2', userAgent: 'agent two' })
  const { devices } = await t.accounts.whois(session.userId)
  assert.deepEqual(devices[session.deviceId]?.sessions[0]?.connections, [
    { ip: '192.0.2.1', last_seen: seenAt, user_agent: 'agentone' },
  ])
  await t.clock.advance(300_000)
  t.accounts.noteSeen(session, { ip: '192.0.2.3', userAgent: 'agent three' })
  assert.equal(
    (await t.accounts.whois(session.userId)).devices[session.deviceId]?.sessions[0]?.connections[0]?.ip,
    '192.0.2.3',
  )
})
