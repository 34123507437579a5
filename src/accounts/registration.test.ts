import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { JsonObject } from '#protocol/json/json.ts'
import { InteractiveAuthenticationRequired, type RegistrationAnswer } from './accounts.ts'
import { accountsForTests } from './test-accounts.ts'

const t = accountsForTests()
const dummy = { type: 'm.login.dummy' }
const password = 'a good password'

const register = (body: JsonObject, accounts = t.accounts) => accounts.register('user', body)

const tokenOf = (answer: RegistrationAnswer): string => ('access_token' in answer ? answer.access_token : assert.fail())

test('an empty body is answered with the flows, and no account is made', async () => {
  await assert.rejects(register({}), (error) => {
    assert.ok(error instanceof InteractiveAuthenticationRequired)
    assert.deepEqual(error.toJSON()['flows'], [{ stages: ['m.login.dummy'] }])
    return true
  })
})

test('an account is made with its device and its name, and can log in', async () => {
  const answer = await register({
    auth: dummy,
    username: 'Anna',
    password,
    device_id: 'D1',
    initial_device_display_name: 'Dator',
  })
  assert.equal(answer.user_id, '@anna:hs1')
  const session = await t.accounts.authenticate(tokenOf(answer))
  assert.equal(session.deviceId, 'D1')
  assert.equal((await t.accounts.devices.get(session.userId, session.deviceId))?.displayName, 'Dator')
  assert.deepEqual(await t.accounts.profiles.get(session.userId), { displayname: 'anna' })
  await t.accounts.login({ type: 'm.login.password', user: 'anna', password })
})

test('M_USER_IN_USE and M_INVALID_USERNAME come before the stages, M_WEAK_PASSWORD and M_MISSING_PARAM too', async () => {
  await register({ auth: dummy, username: 'taken', password })
  for (const auth of [{ auth: dummy }, {}] as JsonObject[]) {
    await assert.rejects(register({ ...auth, username: 'TAKEN', password }), { status: 400, errcode: 'M_USER_IN_USE' })
    await assert.rejects(register({ ...auth, username: 'no spaces', password }), { errcode: 'M_INVALID_USERNAME' })
    await assert.rejects(register({ ...auth, username: 'bo', password: 'short' }), { errcode: 'M_WEAK_PASSWORD' })
    await assert.rejects(register({ ...auth, username: 1, password }), { errcode: 'M_BAD_JSON' })
  }
  await assert.rejects(register({ auth: dummy, username: 'bo' }), { errcode: 'M_MISSING_PARAM' })
  await assert.rejects(t.accounts.checkAvailable('taken'), { errcode: 'M_USER_IN_USE' })
  assert.equal(await t.accounts.checkAvailable('free'), '@free:hs1')
})

test('two registrations of one name at the same time make one account', async () => {
  const both = await Promise.allSettled([1, 2].map(() => register({ auth: dummy, username: 'twice', password })))
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('without a username one is made up; with inhibit_login there is no session', async () => {
  const answer = await register({ auth: dummy, password, inhibit_login: true })
  assert.match(answer.user_id, /^@[a-z0-9]{14}:hs1$/)
  assert.deepEqual(Object.keys(answer).sort(), ['home_server', 'user_id'])
})

test('closed: 403 for everyone, and for the validity of registration tokens', async () => {
  const closed = t.again({ registration: 'closed' })
  await assert.rejects(register({ auth: dummy, username: 'c', password }, closed), {
    status: 403,
    rule: 'accounts/registration-closed',
  })
  await assert.rejects(closed.isRegistrationTokenValid('x'), { status: 403 })
})

test('a registration token is good for its number of accounts, one registration each, and for its time', async () => {
  const accounts = t.again({ registration: 'token' })
  await accounts.registrationTokens.create({ token: 'one-two', usesAllowed: 2, expiresAt: t.clock.now() + 1000 })
  const auth = (token: string) => ({ type: 'm.login.registration_token', token })
  await assert.rejects(
    register({ auth: dummy, username: 'dag', password }, accounts),
    InteractiveAuthenticationRequired,
  )
  await assert.rejects(
    register({ auth: auth('other'), username: 'dag', password }, accounts),
    InteractiveAuthenticationRequired,
  )
  await register({ auth: auth('one-two'), username: 'dag', password }, accounts)
  assert.equal(await accounts.isRegistrationTokenValid('one-two'), true)
  const rest = await Promise.allSettled(
    ['e1', 'e2', 'e3'].map((username) => register({ auth: auth('one-two'), username, password }, accounts)),
  )
  assert.equal(rest.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(await accounts.isRegistrationTokenValid('one-two'), false)
  assert.equal((await accounts.registrationTokens.list())[0]?.uses, 2)
  await accounts.registrationTokens.create({ token: 'late', expiresAt: t.clock.now() + 1000 })
  assert.equal(await accounts.isRegistrationTokenValid('late'), true)
  await t.clock.advance(1000)
  assert.equal(await accounts.isRegistrationTokenValid('late'), false)
  assert.equal(await accounts.registrationTokens.delete('late'), true)
  assert.equal(await accounts.registrationTokens.delete('late'), false)
})

test('a use of a registration token is given back when no account came of it', async () => {
  const accounts = t.again({ registration: 'token' })
  await accounts.registrationTokens.create({ token: 'two', usesAllowed: 2 })
  const body = { auth: { type: 'm.login.registration_token', token: 'two' }, username: 'same', password }
  const both = await Promise.allSettled([register(body, accounts), register(body, accounts)])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await accounts.registrationTokens.list()).find(({ token }) => token === 'two')?.uses, 1)
})

test('M_INVALID_PARAM: registration tokens outside the grammar, there already, or for no account', async () => {
  const { registrationTokens } = t.accounts
  await registrationTokens.create({ token: 'there' })
  for (const wishes of [
    { token: 'there' },
    { token: 'å' },
    { token: 'x'.repeat(65) },
    { token: '' },
    { usesAllowed: 0 },
  ]) {
    await assert.rejects(registrationTokens.create(wishes), { errcode: 'M_INVALID_PARAM' }, JSON.stringify(wishes))
  }
})

test('a guest gets an account and a device of our choice, without stages; or M_GUEST_ACCESS_FORBIDDEN', async () => {
  const answer = await t.accounts.register('guest', {
    device_id: 'MINE',
    username: 'me',
    initial_device_display_name: 'Gäst',
  })
  const session = await t.accounts.authenticate(tokenOf(answer))
  assert.equal(session.isGuest, true)
  assert.notEqual(session.deviceId, 'MINE')
  assert.match(session.localpart, /^guest-/)
  assert.equal(t.accounts.whoami(session).is_guest, true)
  await assert.rejects(t.again({ guests: false }).register('guest', {}), { errcode: 'M_GUEST_ACCESS_FORBIDDEN' })
})

test('a guest becomes a user by registering the same name with the access token', async () => {
  const guest = await t.accounts.register('guest', {})
  const token = tokenOf(guest)
  const { localpart } = await t.accounts.authenticate(token)
  const body = { auth: dummy, password, guest_access_token: token }
  await assert.rejects(register({ ...body, username: 'someone-else' }), { status: 403 })
  const answer = await register({ ...body, username: localpart })
  assert.equal(answer.user_id, guest.user_id)
  assert.equal((await t.accounts.authenticate(token)).isGuest, false)
  await t.accounts.login({ type: 'm.login.password', user: localpart, password })
  await assert.rejects(register({ ...body, username: localpart }), { status: 403 }, 'no guest any more')
})

function sharedSecretBody(nonce: string, admin: boolean, username = 'root', secret = 'complement'): JsonObject {
  const signed = [nonce, username, password, admin ? 'admin' : 'notadmin'].join('\0')
  return { nonce, username, password, admin, mac: createHmac('sha1', secret).update(signed).digest('hex') }
}

test('shared secret: an administrator is made with one nonce, once, within a minute', async () => {
  const subject = t.accounts.sharedSecretRegistration
  const body = sharedSecretBody(subject.nonce(), true)
  const session = await t.accounts.authenticate(tokenOf(await subject.register(body)))
  assert.equal(session.isAdmin, true)
  await assert.rejects(subject.register(body), { errcode: 'M_UNKNOWN' })
  const late = sharedSecretBody(subject.nonce(), false, 'late')
  await t.clock.advance(60_001)
  await assert.rejects(subject.register(late), { errcode: 'M_UNKNOWN' })
})

test('shared secret: another secret, or another role than was signed, is refused; without a secret there is no such thing', async () => {
  const subject = t.accounts.sharedSecretRegistration
  await assert.rejects(subject.register(sharedSecretBody(subject.nonce(), false, 'x', 'guess')), { status: 403 })
  await assert.rejects(subject.register({ ...sharedSecretBody(subject.nonce(), false, 'x'), admin: true }), {
    status: 403,
  })
  await assert.rejects(subject.register({ ...sharedSecretBody(subject.nonce(), false, 'x'), mac: 'zz' }), {
    status: 403,
  })
  assert.throws(() => t.again({ sharedSecret: undefined }).sharedSecretRegistration.nonce(), {
    errcode: 'M_UNRECOGNIZED',
  })
  assert.throws(() => t.again({ sharedSecret: '' }).sharedSecretRegistration.nonce(), { errcode: 'M_UNRECOGNIZED' })
})
