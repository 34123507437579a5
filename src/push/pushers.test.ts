import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { aUser } from '#accounts/test-accounts.ts'
import { roomsForTests } from '#ephemeral/rooms-for-tests.ts'
import { logTo } from '#platform/log/log.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { unreachableGateways } from './gateway-for-tests.ts'
import { Push } from './push.ts'

const t = roomsForTests()
let push: Push
before(async () => {
  await t.settled
  const { serverName, database, stream, clock, accounts, rooms, ephemeral } = t
  const around = { accounts, rooms, ephemeral, gateways: unreachableGateways, log: logTo({ write() {} }) }
  push = await Push.open({ serverName, database, stream, clock, ...around, options: { predefined: {} } })
})
after(() => push.stop())

const pusher: JsonObject = {
  app_id: 'se.samband.test',
  pushkey: 'abc',
  kind: 'http',
  app_display_name: 'Samband',
  device_display_name: 'Telefon',
  lang: 'sv',
  data: { url: 'https://push.example/_matrix/push/v1/notify', 'se.samband': { own: true } },
}

const refusedWith = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode

test('a pusher is made, shown with its device, changed and deleted', async () => {
  const { session } = await aUser(t.accounts, 'anna')
  await push.pushers.set(session, { ...pusher, profile_tag: 'x' })
  const [shown, ...others] = await push.pushers.list(session.userId)
  assert.deepEqual(others, [])
  assert.deepEqual(shown, {
    ...pusher,
    profile_tag: 'x',
    enabled: true,
    device_id: session.deviceId,
    'org.matrix.msc3881.enabled': true,
    'org.matrix.msc3881.device_id': session.deviceId,
  })
  await push.pushers.set(session, { ...pusher, lang: 'fi' })
  const changed = await push.pushers.list(session.userId)
  assert.deepEqual(
    changed.map(({ lang, profile_tag }) => [lang, profile_tag]),
    [['fi', undefined]],
  )
  await push.pushers.set(session, { app_id: 'se.samband.test', pushkey: 'abc', kind: null })
  assert.deepEqual(await push.pushers.list(session.userId), [])
})

test('another device may silence a pusher, which stays with the device that made it', async () => {
  const { session } = await aUser(t.accounts, 'bo')
  await push.pushers.set(session, pusher)
  await push.pushers.set(
    { userId: session.userId, deviceId: 'OTHER' as typeof session.deviceId },
    { ...pusher, enabled: false },
  )
  const [shown] = await push.pushers.list(session.userId)
  assert.deepEqual([shown?.device_id, shown?.enabled], [session.deviceId, false])
})

test('the same key for another user takes it away from the first, unless it is appended', async () => {
  const [eva, per] = [await aUser(t.accounts, 'eva'), await aUser(t.accounts, 'per')]
  const shared = { ...pusher, pushkey: 'shared' }
  await push.pushers.set(eva.session, shared)
  await push.pushers.set(per.session, { ...shared, append: true })
  assert.equal((await push.pushers.list(eva.session.userId)).length, 1)
  await push.pushers.set(per.session, shared)
  assert.equal((await push.pushers.list(eva.session.userId)).length, 0)
  assert.equal((await push.pushers.list(per.session.userId)).length, 1)
})

test('a pusher goes with its device, at once and for good', async () => {
  const { session } = await aUser(t.accounts, 'ida')
  await push.pushers.set(session, pusher)
  await t.accounts.logout(session)
  assert.deepEqual(await push.pushers.list(session.userId), [])
  await push.settled(t.stream.head)
  const rows = await t.database.run<[string], { n: number }>(
    { name: 'test.pushers', text: 'select count(*)::int as n from pusher where user_id = $1', writes: false },
    session.userId,
  )
  assert.equal(rows[0]?.n, 0)
})

test('a new password takes the pushers of the other devices away, and leaves those of the device that set it', async () => {
  const { session } = await aUser(t.accounts, 'vera')
  const identifier = { type: 'm.id.user', user: 'vera' }
  const answer = await t.accounts.login({ type: 'm.login.password', identifier, password: 'password of vera' })
  const other = await t.accounts.authenticate(answer.access_token)
  await push.pushers.set(session, pusher)
  await push.pushers.set(other, { ...pusher, pushkey: 'of the other' })
  assert.equal((await push.pushers.list(session.userId)).length, 2)
  const change = { userId: session.userId, password: 'ett nytt lösenord', keep: session.deviceId }
  await t.accounts.changePassword({ ...change, logoutDevices: false })
  assert.equal((await push.pushers.list(session.userId)).length, 2)
  await t.accounts.changePassword({ ...change, logoutDevices: true })
  const left = await push.pushers.list(session.userId)
  assert.deepEqual(
    left.map(({ pushkey }) => pushkey),
    ['abc'],
  )
})

test('what is no pusher is refused with a reason', async () => {
  const { session } = await aUser(t.accounts, 'ulf')
  const refused = async (change: JsonObject, errcode: string) =>
    await assert.rejects(
      push.pushers.set(session, { ...pusher, ...change }),
      refusedWith(errcode),
      JSON.stringify(change),
    )
  const url = (text: string) => ({ data: { url: text } })
  await refused({ kind: 'pigeon' }, 'M_INVALID_PARAM')
  await refused({ kind: 'email' }, 'M_INVALID_PARAM')
  await refused({ app_id: 'a'.repeat(65) }, 'M_INVALID_PARAM')
  await refused({ app_id: '' }, 'M_MISSING_PARAM')
  await refused({ pushkey: 'å'.repeat(257) }, 'M_INVALID_PARAM')
  await refused({ data: {} }, 'M_MISSING_PARAM')
  await refused(url('http://push.example/_matrix/push/v1/notify'), 'M_INVALID_PARAM')
  await refused(url('https://push.example/notify'), 'M_INVALID_PARAM')
  await refused(url('https://me:secret@push.example/_matrix/push/v1/notify'), 'M_INVALID_PARAM')
  await refused(url('push.example'), 'M_INVALID_PARAM')
  await refused(
    { data: { url: 'https://push.example/_matrix/push/v1/notify', padding: 'x'.repeat(9000) } },
    'M_INVALID_PARAM',
  )
  await refused({ enabled: 'yes' }, 'M_BAD_JSON')
  for (const name of ['lang', 'app_display_name', 'device_display_name', 'data']) {
    const { [name]: _, ...without } = pusher
    await assert.rejects(push.pushers.set(session, without), refusedWith('M_MISSING_PARAM'), name)
  }
  assert.deepEqual(await push.pushers.list(session.userId), [])
})

test('a user has at most a hundred pushers, and may still change one of them', async () => {
  const { session } = await aUser(t.accounts, 'siv')
  const numbered = (number: number) => ({ ...pusher, pushkey: `key ${number}` })
  for (let number = 0; number < 100; number += 1) await push.pushers.set(session, numbered(number))
  await assert.rejects(push.pushers.set(session, numbered(100)), refusedWith('M_INVALID_PARAM'))
  await push.pushers.set(session, { ...numbered(7), lang: 'en' })
  assert.equal((await push.pushers.list(session.userId)).length, 100)
})
