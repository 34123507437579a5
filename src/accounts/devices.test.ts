import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamedFact } from '#platform/stream/stream.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { accountsForTests, aUser } from './test-accounts.ts'

const t = accountsForTests()

test('device: made, renamed and deleted are facts, in the log at their positions', async () => {
  const before = t.stream.head
  const heard: StreamedFact[] = []
  const stop = t.stream.onCommit((facts) => heard.push(...facts.filter(({ kind }) => kind === 'device')))
  const { session } = await aUser(t.accounts, 'anna')
  const { userId, deviceId } = session
  await t.accounts.devices.rename(userId, deviceId, 'Dator')
  await t.accounts.devices.rename(userId, deviceId, 'Dator')
  await t.accounts.devices.rename(userId, deviceId, undefined)
  await t.accounts.devices.delete(userId, [deviceId, 'NEVER' as DeviceId])
  await t.stream.idle()
  stop()
  const changes = await t.accounts.devices.changes(before, t.stream.head, 10)
  assert.deepEqual(
    changes.map(({ change }) => change),
    ['created', 'renamed', 'deleted'],
  )
  assert.deepEqual(
    changes.map(({ position }) => position),
    heard.map(({ position }) => position),
  )
  assert.deepEqual(
    heard.map(({ payload }) => payload),
    changes.map(({ position: _, ...fact }) => fact),
  )
  assert.deepEqual(await t.accounts.devices.changes(before, t.stream.head, 1), changes.slice(0, 1))
})

test('M_NOT_FOUND for a device that is not there; M_INVALID_PARAM for a name over 255 bytes', async () => {
  const { session } = await aUser(t.accounts, 'bo')
  const { devices } = t.accounts
  await assert.rejects(devices.rename(session.userId, 'NEVER' as DeviceId, 'x'), { errcode: 'M_NOT_FOUND' })
  await assert.rejects(devices.rename(session.userId, session.deviceId, 'å'.repeat(128)), {
    errcode: 'M_INVALID_PARAM',
  })
  await assert.rejects(devices.rename(session.userId, session.deviceId, 'a\0'), { errcode: 'M_INVALID_PARAM' })
  assert.equal(await devices.get(session.userId, 'NEVER' as DeviceId), undefined)
})

test('devices of several users come in one read', async () => {
  const [a, b] = await Promise.all(['c1', 'c2'].map((name) => aUser(t.accounts, name)))
  const found = await t.accounts.devices.ofUsers(['@c1:hs1', '@c2:hs1', '@nobody:hs1'] as UserId[])
  assert.deepEqual([...found].map(([userId, list]) => [userId, list.map(({ deviceId }) => deviceId)]).sort(), [
    ['@c1:hs1', [a?.session.deviceId]],
    ['@c2:hs1', [b?.session.deviceId]],
  ])
})

test('a password change logs the other devices out, or not, and never the one that asks', async () => {
  const { session, token } = await aUser(t.accounts, 'david')
  const { userId, deviceId } = session
  const login = (password: string) => t.accounts.login({ type: 'm.login.password', user: 'david', password })
  const other = await login('password of david')
  await t.accounts.changePassword({ userId, password: 'second password', logoutDevices: false, keep: deviceId })
  await t.accounts.authenticate(other.access_token)
  await t.accounts.changePassword({ userId, password: 'third password', logoutDevices: true, keep: deviceId })
  await assert.rejects(t.accounts.authenticate(other.access_token), { errcode: 'M_UNKNOWN_TOKEN' })
  await t.accounts.authenticate(token)
  await assert.rejects(login('second password'), { status: 403 })
  await login('third password')
  await assert.rejects(t.accounts.changePassword({ userId, password: 'short', logoutDevices: true }), {
    errcode: 'M_WEAK_PASSWORD',
  })
})

test('interactive: the own password passes, a wrong one may be tried again, another user is refused', async () => {
  const { session } = await aUser(t.accounts, 'eva')
  await aUser(t.accounts, 'other')
  const ask = (auth: { [key: string]: string | { [key: string]: string } }) =>
    t.accounts.interactive({ body: { auth: { type: 'm.login.password', ...auth } }, operation: 'act', session })
  await ask({ password: 'password of eva' })
  await ask({ password: 'password of eva', user: 'eva' })
  await ask({ password: 'password of eva', identifier: { type: 'm.id.user', user: '@eva:hs1' } })
  await assert.rejects(ask({ password: 'wrong' }), { status: 401, errcode: 'M_FORBIDDEN' })
  await assert.rejects(ask({}), { status: 401, errcode: 'M_FORBIDDEN' })
  await assert.rejects(ask({ password: 'password of other', identifier: { type: 'm.id.user', user: 'other' } }), {
    status: 403,
    rule: 'accounts/other-user',
  })
})

test('deactivation: no session, no login, no new account of this name; the fact names the account', async () => {
  const { session, token } = await aUser(t.accounts, 'filip')
  const { userId } = session
  const { login_token } = await t.accounts.issueLoginToken(userId)
  const openId = await t.accounts.issueOpenIdToken(userId)
  const before = t.stream.head
  await t.accounts.deactivate(userId, { erase: false })
  await assert.rejects(t.accounts.authenticate(token), { errcode: 'M_UNKNOWN_TOKEN' })
  await assert.rejects(t.accounts.login({ type: 'm.login.password', user: 'filip', password: 'password of filip' }), {
    status: 403,
  })
  await assert.rejects(t.accounts.login({ type: 'm.login.token', token: login_token }), { status: 403 })
  await assert.rejects(t.accounts.ownerOfOpenIdToken(openId.access_token), { status: 401 })
  await assert.rejects(t.accounts.checkAvailable('filip'), { errcode: 'M_USER_IN_USE' })
  const [change] = await t.accounts.users.changes(before, t.stream.head, 10)
  assert.equal(change?.account.userId, userId)
  assert.equal(change?.account.isDeactivated, true)
  assert.equal(change?.account.isErased, false)
  assert.equal(await t.accounts.users.isActive(userId), false)
  assert.deepEqual(await t.accounts.devices.list(userId), [])
  assert.deepEqual(await t.accounts.profiles.get(userId), { displayname: 'filip' })
})

test('deactivation with erasure takes profile and account data along, also when it is asked for later', async () => {
  const { session } = await aUser(t.accounts, 'gun')
  const { userId } = session
  await t.accounts.accountData.set({ userId, type: 'org.example' }, { a: 1 })
  await t.accounts.deactivate(userId, { erase: false })
  assert.equal((await t.accounts.allAccountData(userId, t.stream.head)).length, 1)
  await t.accounts.deactivate(userId, { erase: true })
  assert.deepEqual(await t.accounts.allAccountData(userId, t.stream.head), [])
  assert.deepEqual(await t.accounts.profiles.get(userId), {})
  assert.equal((await t.accounts.users.get(userId))?.isErased, true)
  await assert.rejects(t.accounts.deactivate('@nobody:hs1' as UserId, { erase: true }), { errcode: 'M_NOT_FOUND' })
})

test('accounts are listed by number, and made by administrators without rules for the password', async () => {
  const account = await t.accounts.createUser({ username: 'Hans', password: 'x', isAdmin: true, displayName: 'Hans H' })
  assert.equal(account.userId, '@hans:hs1')
  assert.deepEqual(await t.accounts.profiles.get(account.userId), { displayname: 'Hans H' })
  const [next] = await t.accounts.users.list(account.userNumber - 1, 1)
  assert.deepEqual(next, account)
  await t.accounts.createUser({ username: 'sso', password: undefined })
  await assert.rejects(t.accounts.login({ type: 'm.login.password', user: 'sso', password: '' }), { status: 403 })
})

test('an OpenID token names its owner for an hour', async () => {
  const { session } = await aUser(t.accounts, 'ida')
  const token = await t.accounts.issueOpenIdToken(session.userId)
  assert.deepEqual(
    { ...token, access_token: '' },
    { access_token: '', token_type: 'Bearer', matrix_server_name: 'hs1', expires_in: 3600 },
  )
  assert.equal(await t.accounts.ownerOfOpenIdToken(token.access_token), session.userId)
  await assert.rejects(t.accounts.authenticate(token.access_token), { status: 401 })
  await t.clock.advance(3_600_000)
  await assert.rejects(t.accounts.ownerOfOpenIdToken(token.access_token), { status: 401, errcode: 'M_UNKNOWN_TOKEN' })
})
