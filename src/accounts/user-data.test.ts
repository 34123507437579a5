import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { accountsForTests, aUser } from './test-accounts.ts'

const t = accountsForTests()
const room = '!room:hs1' as RoomId

test('profile: fields are set, kept together, and deleted; what is not there is undefined', async () => {
  const { userId } = (await aUser(t.accounts, 'anna')).session
  const { profiles } = t.accounts
  await Promise.all([
    profiles.setField(userId, 'displayname', 'Anna å'),
    profiles.setField(userId, 'avatar_url', 'mxc://hs1/abc'),
    profiles.setField(userId, 'm.tz', 'Europe/Stockholm'),
    profiles.setField(userId, 'se.example.title', { a: [null, 1] }),
    profiles.setField(userId, 'se.example.nothing', null),
  ])
  assert.deepEqual(await profiles.get(userId), {
    displayname: 'Anna å',
    avatar_url: 'mxc://hs1/abc',
    'm.tz': 'Europe/Stockholm',
    'se.example.title': { a: [null, 1] },
    'se.example.nothing': null,
  })
  await profiles.deleteField(userId, 'se.example.title')
  await profiles.deleteField(userId, 'se.example.never')
  await profiles.setField(userId, 'avatar_url', '')
  assert.deepEqual(Object.keys((await profiles.get(userId)) ?? {}).sort(), [
    'displayname',
    'm.tz',
    'se.example.nothing',
  ])
  assert.equal(await profiles.get('@nobody:hs1' as UserId), undefined)
})

test("profile: a change is a fact at the profile's position, setting the same value is none", async () => {
  const { userId } = (await aUser(t.accounts, 'bo')).session
  const before = t.stream.head
  await t.accounts.profiles.setField(userId, 'displayname', 'Bo B')
  await t.accounts.profiles.setField(userId, 'displayname', 'Bo B')
  const after = t.stream.head
  assert.equal(after, before + 1)
  assert.deepEqual(await t.accounts.profiles.changes(before, after, 10), [
    { position: after, userId, displayName: 'Bo B', avatarUrl: undefined },
  ])
  assert.deepEqual(
    await t.accounts.profiles.short([userId]),
    new Map([[userId, { displayName: 'Bo B', avatarUrl: undefined }]]),
  )
})

test('profile: two processes that set different fields at once lose neither', async () => {
  const { userId } = (await aUser(t.accounts, 'cecilia')).session
  const processes = [t.accounts, t.again(), t.again()]
  await Promise.all(
    processes.map(({ profiles }, index) => profiles.setField(userId, `se.example.field${index}`, index)),
  )
  const fields = Object.keys((await t.accounts.profiles.get(userId)) ?? {})
  assert.deepEqual(fields.filter((name) => name.startsWith('se.')).sort(), [
    'se.example.field0',
    'se.example.field1',
    'se.example.field2',
  ])
})

test('profile: names, values and sizes outside the rules are refused by their own errors', async () => {
  const { userId } = (await aUser(t.accounts, 'david')).session
  const cases: [name: string, value: Json, errcode: string][] = [
    [`se.${'a'.repeat(253)}`, 1, 'M_KEY_TOO_LARGE'],
    ['nodots', 1, 'M_INVALID_PARAM'],
    ['Se.Example', 1, 'M_INVALID_PARAM'],
    ['displayname', 1, 'M_BAD_JSON'],
    ['displayname', null, 'M_BAD_JSON'],
    ['displayname', 'x'.repeat(1025), 'M_INVALID_PARAM'],
    ['avatar_url', 'https://example.org/a.png', 'M_INVALID_PARAM'],
    ['avatar_url', { url: 'mxc://hs1/a' }, 'M_BAD_JSON'],
    ['m.tz', 3, 'M_BAD_JSON'],
    ['se.example.large', 'x'.repeat(65_536), 'M_PROFILE_TOO_LARGE'],
  ]
  for (const [name, value, errcode] of cases) {
    await assert.rejects(
      t.accounts.profiles.setField(userId, name, value),
      { status: 400, errcode },
      `${name} ${errcode}`,
    )
  }
  await t.accounts.profiles.setField(userId, 'se.example.a', 'x'.repeat(40_000))
  await assert.rejects(t.accounts.profiles.setField(userId, 'se.example.b', 'x'.repeat(30_000)), {
    errcode: 'M_PROFILE_TOO_LARGE',
  })
  assert.deepEqual(Object.keys((await t.accounts.profiles.get(userId)) ?? {}), ['displayname', 'se.example.a'])
})

test('account data: the latest of each type, global and per room apart, at the position of its change', async () => {
  const { userId } = (await aUser(t.accounts, 'eva')).session
  const { accountData } = t.accounts
  const before = t.stream.head
  await accountData.setByClient({ userId, type: 'org.a' }, { v: 1 })
  await accountData.setByClient({ userId, roomId: room, type: 'org.a' }, { v: 2 })
  const middle = t.stream.head
  await accountData.setByClient({ userId, type: 'org.a' }, { v: 3, '\0': '\0' })
  const { head } = t.stream
  const shown = (entries: readonly { roomId: RoomId | undefined; content: string }[]) =>
    entries.map(({ roomId, content }) => [roomId, JSON.parse(content)])
  assert.deepEqual(shown(await t.accounts.allAccountData(userId, head)), [
    [room, { v: 2 }],
    [undefined, { v: 3, '\0': '\0' }],
  ])
  assert.deepEqual(shown(await t.accounts.accountDataSince(userId, middle, head)), [[undefined, { v: 3, '\0': '\0' }]])
  assert.deepEqual(shown(await t.accounts.accountDataSince(userId, before, middle)), [[room, { v: 2 }]])
  assert.equal((await accountData.get({ userId, type: 'org.a' }))?.position, head)
  assert.equal(await accountData.get({ userId, type: 'org.b' }), undefined)
})

test('account data: 405 M_BAD_JSON for what the server manages, also in rooms; the server itself may', async () => {
  const { userId } = (await aUser(t.accounts, 'filip')).session
  for (const type of ['m.fully_read', 'm.push_rules']) {
    for (const roomId of [undefined, room]) {
      await assert.rejects(t.accounts.accountData.setByClient({ userId, roomId, type }, {}), {
        status: 405,
        errcode: 'M_BAD_JSON',
      })
    }
  }
  await t.accounts.accountData.set({ userId, roomId: room, type: 'm.fully_read' }, { event_id: '$a' })
})

test('account data: over 256 KiB, over 255 bytes of type, over 100 types in a room are refused', async () => {
  const { userId } = (await aUser(t.accounts, 'gun')).session
  const { accountData } = t.accounts
  await assert.rejects(accountData.setByClient({ userId, type: 'org.a' }, { v: 'x'.repeat(262_144) }), {
    errcode: 'M_TOO_LARGE',
  })
  await assert.rejects(accountData.setByClient({ userId, type: 'å'.repeat(128) }, {}), { errcode: 'M_INVALID_PARAM' })
  const key = (index: number) => ({ userId, roomId: room, type: `org.${index}` })
  await Promise.all(Array.from({ length: 100 }, (_, index) => accountData.setByClient(key(index), {})))
  await assert.rejects(accountData.setByClient(key(100), {}), { status: 403, rule: 'accounts/too-many-types' })
  await accountData.setByClient(key(99), { known: true })
})

test('ignored users: from account data, at once after a change, whatever a client wrote there', async () => {
  const { userId } = (await aUser(t.accounts, 'hans')).session
  const set = (content: { [key: string]: Json }) =>
    t.accounts.accountData.setByClient({ userId, type: 'm.ignored_user_list' }, content)
  assert.deepEqual(await t.accounts.ignoredUsersOf(userId), new Set())
  await set({ ignored_users: { '@spam:hs2': {}, nonsense: {}, [userId]: {} } })
  assert.deepEqual(await t.accounts.ignoredUsersOf(userId), new Set(['@spam:hs2']))
  for (const content of [{ ignored_users: [] }, { ignored_users: 'x' }, {}] as JsonObject[]) {
    await set(content)
    assert.deepEqual(await t.accounts.ignoredUsersOf(userId), new Set())
  }
})

test('tags: set, replaced and removed one at a time, also by two processes; each is account data m.tag', async () => {
  const { userId } = (await aUser(t.accounts, 'ida')).session
  const key = { userId, roomId: room }
  await Promise.all([t.accounts.tags.set(key, 'm.favourite', { order: 0.25 }), t.again().tags.set(key, 'u.first', {})])
  await t.accounts.tags.delete(key, 'u.first')
  await Promise.all([t.accounts.tags.set(key, 'u.work', {}), t.again().tags.set(key, 'u.home', { order: 1 })])
  await t.accounts.tags.delete(key, 'm.favourite')
  const { head } = t.stream
  await t.accounts.tags.delete(key, 'm.favourite')
  assert.equal(t.stream.head, head, 'nothing changed: no fact')
  assert.deepEqual(await t.accounts.tags.get(userId, room), { 'u.work': {}, 'u.home': { order: 1 } })
  const entry = await t.accounts.accountData.get({ ...key, type: 'm.tag' })
  assert.deepEqual(JSON.parse(entry?.content ?? ''), { tags: { 'u.work': {}, 'u.home': { order: 1 } } })
})

test('tags: a name over 255 bytes, an order outside [0, 1] and the 101st tag are refused', async () => {
  const { userId } = (await aUser(t.accounts, 'johan')).session
  const key = { userId, roomId: room }
  await assert.rejects(t.accounts.tags.set(key, 'å'.repeat(128), {}), { errcode: 'M_INVALID_PARAM' })
  for (const order of [-0.1, 1.1])
    await assert.rejects(t.accounts.tags.set(key, 'u.a', { order }), { errcode: 'M_INVALID_PARAM' })
  await assert.rejects(t.accounts.tags.set(key, 'u.a', { order: '0.5' }), { errcode: 'M_BAD_JSON' })
  for (let index = 0; index < 100; index += 1) await t.accounts.tags.set(key, `u.${index}`, {})
  await assert.rejects(t.accounts.tags.set(key, 'u.100', {}), { status: 403, rule: 'accounts/too-many-tags' })
})

test('filters: the same content has the same ID, of each user apart; unknown IDs are M_NOT_FOUND', async () => {
  const { userId } = (await aUser(t.accounts, 'karin')).session
  const other = (await aUser(t.accounts, 'lars')).session.userId
  const { filters } = t.accounts
  const filter = { room: { timeline: { limit: 10 } } }
  const [first, again] = await Promise.all([filters.define(userId, filter), t.again().filters.define(userId, filter)])
  assert.equal(first, again)
  const second = await filters.define(userId, {})
  assert.notEqual(second, first)
  assert.deepEqual(await filters.get(userId, first ?? ''), filter)
  for (const id of ['99', '-1', 'x', '1e1', '', '9'.repeat(30)]) {
    await assert.rejects(filters.get(userId, id), { status: 404, errcode: 'M_NOT_FOUND' }, id)
  }
  await assert.rejects(filters.get(other, first ?? ''), { errcode: 'M_NOT_FOUND' })
  await assert.rejects(filters.define(userId, { room: { timeline: { limit: 'x' } } }), { errcode: 'M_BAD_JSON' })
  await assert.rejects(
    filters.define(userId, { event_fields: ['x'.repeat(65_536)] }),
    (error: Error) => 'status' in error,
  )
})

test('capabilities: what is configured, less for guests, more for administrators', async () => {
  const { session } = await aUser(t.accounts, 'maria')
  const guest = await t.accounts.register('guest', {})
  const guestSession = await t.accounts.authenticate('access_token' in guest ? guest.access_token : '')
  const own = t.accounts.capabilities(session)
  assert.deepEqual(own['m.change_password'], { enabled: true })
  assert.deepEqual(own['m.3pid_changes'], { enabled: false })
  assert.equal(own['m.account_moderation'], undefined)
  assert.equal((own['m.room_versions'] as { default: string }).default, '11')
  assert.deepEqual(t.accounts.capabilities(guestSession)['m.profile_fields'], {
    enabled: true,
    allowed: ['displayname'],
  })
  assert.deepEqual(t.accounts.capabilities(guestSession)['m.get_login_token'], { enabled: false })
  const admin = { ...session, isAdmin: true }
  assert.deepEqual(t.accounts.capabilities(admin)['m.account_moderation'], { suspend: true, lock: true })
})
