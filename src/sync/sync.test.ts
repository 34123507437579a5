// What /sync tells, to devices over a real database.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseToken } from '#rooms/rooms.ts'
import { aMessage, anna, aRoom, bo, cia, joins } from '#rooms/rooms-for-tests.ts'
import { aDevice, syncServer } from './sync-for-tests.ts'

test('a first sync tells the newest events and the state before them, and says so when there is more', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom({ name: 'Lunch' }))
  for (let n = 1; n <= 12; n++) await server.rooms.send(roomId, aMessage(`${n}`))
  const seen = await phone.ask()
  assert.deepEqual(seen.bodies(roomId), ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12'])
  assert.equal(seen.at('rooms', 'join', roomId, 'timeline', 'limited'), true)
  assert.deepEqual(seen.stateKeys(roomId), [
    'm.room.create|',
    'm.room.guest_access|',
    'm.room.history_visibility|',
    'm.room.join_rules|',
    `m.room.member|${anna}`,
    'm.room.name|',
    'm.room.power_levels|',
  ])
  assert.equal(seen.at('rooms', 'join', roomId, 'summary', 'm.joined_member_count'), 1)
})

test('state that the timeline tells is not in the state before it', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  const seen = await phone.ask()
  assert.equal(seen.timeline(roomId)[0]?.['type'], 'm.room.create')
  assert.deepEqual(seen.stateKeys(roomId), [])
  assert.equal(seen.at('rooms', 'join', roomId, 'timeline', 'limited'), false)
})

test('the next sync tells what came since, once, in the order of arrival', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  const quiet = await server.rooms.create(aRoom())
  await phone.ask()
  await server.rooms.send(roomId, aMessage('a'))
  await server.rooms.send(roomId, aMessage('b'))
  const seen = await phone.ask()
  assert.deepEqual(seen.bodies(roomId), ['a', 'b'])
  assert.deepEqual(seen.stateKeys(roomId), [])
  assert.equal(seen.at('rooms', 'join', roomId, 'timeline', 'limited'), false)
  assert.equal(seen.at('rooms', 'join', quiet), undefined)
  assert.deepEqual((await phone.ask()).news, [])
})

test('a gap is limited, tells the state that changed in it, and pages back to the last token without loss', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await phone.ask()
  const before = phone.since ?? ''
  await server.rooms.send(roomId, { type: 'm.room.topic', stateKey: '', sender: anna, content: { topic: 'gap' } })
  for (let n = 1; n <= 8; n++) await server.rooms.send(roomId, aMessage(`${n}`))
  const seen = await phone.ask({ filter: { room: { timeline: { limit: 3 } } } })
  assert.deepEqual(seen.bodies(roomId), ['6', '7', '8'])
  assert.equal(seen.at('rooms', 'join', roomId, 'timeline', 'limited'), true)
  assert.deepEqual(seen.stateKeys(roomId), ['m.room.topic|'])

  const page = await server.rooms.page(
    {
      roomId,
      direction: 'b',
      from: parseToken(String(seen.at('rooms', 'join', roomId, 'timeline', 'prev_batch'))),
      to: parseToken(before),
      limit: 100,
      filter: undefined,
    },
    { userId: anna, deviceId: undefined },
  )
  const told = page.events.map(({ known }) => known.event.content['body'] ?? known.event.type)
  assert.deepEqual(told, ['5', '4', '3', '2', '1', 'm.room.topic'])
})

test('full_state tells all of the state with what is new of the timeline, and does not wait', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom({ name: 'Lunch' }))
  await phone.ask()
  await server.rooms.send(roomId, aMessage('a'))
  const seen = await phone.ask({ fullState: true, timeout: 30_000 })
  assert.deepEqual(seen.bodies(roomId), ['a'])
  assert.equal(seen.stateKeys(roomId).length, 7)
})

test('use_state_after tells the state behind the timeline instead of the one before it, under the names asked for', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  const names = ['state_after', 'org.matrix.msc4222.state_after']
  const first = await phone.ask({ stateAfterNames: names })
  assert.equal(first.stateKeys(roomId, 'state_after').length, 6)
  assert.equal(first.at('rooms', 'join', roomId, 'state'), undefined)
  await server.rooms.send(roomId, { type: 'm.room.topic', stateKey: '', sender: anna, content: { topic: 'new' } })
  const seen = await phone.ask({ stateAfterNames: names })
  assert.deepEqual(seen.stateKeys(roomId, 'state_after'), ['m.room.topic|'])
  assert.deepEqual(seen.stateKeys(roomId, 'org.matrix.msc4222.state_after'), ['m.room.topic|'])
  await server.rooms.send(roomId, aMessage('a'))
  assert.deepEqual((await phone.ask({ stateAfterNames: names })).at('rooms', 'join', roomId, 'state_after'), {
    events: [],
  })
})

test('state that a filter leaves out of the timeline is told as state', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  const filter = { room: { timeline: { types: ['m.room.message'] } } }
  await phone.ask({ filter })
  await server.rooms.send(roomId, { type: 'm.room.topic', stateKey: '', sender: anna, content: { topic: 'new' } })
  const seen = await phone.ask({ filter })
  assert.deepEqual(seen.timeline(roomId), [])
  assert.deepEqual(seen.stateKeys(roomId), ['m.room.topic|'])
})

test('an invite is told with stripped state, then the join as a new room, then the leave, and a forgotten room never', async (t) => {
  const server = await syncServer(t)
  const bos = await aDevice(server, bo)
  await bos.ask()
  const roomId = await server.rooms.create(aRoom({ name: 'Lunch', preset: 'private_chat' }))
  await server.rooms.send(roomId, aMessage('before'))
  await server.rooms.changeMembership({ roomId, sender: anna, target: bo, membership: 'invite' })
  const invited = await bos.ask()
  const stripped = invited.events('rooms', 'invite', roomId, 'invite_state').map(({ type }) => type)
  assert.deepEqual(stripped.slice(0, 2), ['m.room.create', 'm.room.name'])
  assert.deepEqual(stripped.filter((type) => type === 'm.room.member').length, 2)
  assert.equal(invited.at('rooms', 'join'), undefined)
  assert.deepEqual((await bos.ask()).news, [])

  await server.rooms.changeMembership(joins(roomId, bo))
  const joined = await bos.ask()
  assert.equal(joined.timeline(roomId).at(-1)?.['state_key'], bo)
  assert.ok(joined.bodies(roomId).includes('before'))
  assert.equal(joined.at('rooms', 'join', roomId, 'summary', 'm.joined_member_count'), 2)
  assert.equal(joined.at('rooms', 'invite'), undefined)

  await server.rooms.changeMembership({ roomId, sender: bo, target: bo, membership: 'leave' })
  await server.rooms.send(roomId, aMessage('after'))
  const left = await bos.ask()
  assert.deepEqual(
    left.timeline(roomId, 'leave').map(({ type }) => type),
    ['m.room.member'],
  )
  assert.equal(left.at('rooms', 'join'), undefined)
  assert.deepEqual((await bos.ask()).news, [])

  const archive = await aDevice(server, bo, 'ARCHIVE')
  const filter = { room: { include_leave: true } }
  assert.equal((await archive.ask()).at('rooms'), undefined)
  archive.since = undefined
  const archived = await archive.ask({ filter })
  assert.ok(archived.timeline(roomId, 'leave').length > 0)
  assert.ok(!JSON.stringify(archived.body).includes('"after"'))
  assert.equal(await server.rooms.forget(roomId, bo), true)
  archive.since = undefined
  assert.equal((await archive.ask({ filter })).at('rooms'), undefined)
})

test('a rejected invite, a kick and a ban are told as rooms that were left', async (t) => {
  const server = await syncServer(t)
  const [bos, cias] = [await aDevice(server, bo), await aDevice(server, cia)]
  const roomId = await server.rooms.create(aRoom({ preset: 'private_chat', invite: [bo, cia] }))
  await server.rooms.changeMembership(joins(roomId, cia))
  await Promise.all([bos.ask(), cias.ask()])
  await server.rooms.changeMembership({ roomId, sender: bo, target: bo, membership: 'leave' })
  assert.deepEqual(
    (await bos.ask()).timeline(roomId, 'leave').map((event) => event['state_key']),
    [bo],
  )
  await server.rooms.send(roomId, aMessage('soon'))
  await server.rooms.changeMembership({ roomId, sender: anna, target: cia, membership: 'leave', reason: 'kick' })
  const kicked = await cias.ask()
  assert.deepEqual(
    kicked.timeline(roomId, 'leave').map(({ type }) => type),
    ['m.room.member', 'm.room.message', 'm.room.member'],
  )
  await server.rooms.changeMembership({ roomId, sender: anna, target: cia, membership: 'ban' })
  const banned = await cias.ask()
  assert.deepEqual(
    banned.timeline(roomId, 'leave').map((event) => event['sender']),
    [anna],
  )
})

test('members are loaded as they speak, are not told twice, and are told again when an answer was lost', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom({ name: 'Lunch' }))
  for (const user of [bo, cia]) await server.rooms.changeMembership(joins(roomId, user))
  for (let n = 0; n < 10; n++) await server.rooms.send(roomId, aMessage(`${n}`))
  const filter = { room: { state: { lazy_load_members: true } } }
  const first = await phone.ask({ filter })
  assert.deepEqual(
    first.stateKeys(roomId).filter((key) => key.startsWith('m.room.member')),
    [`m.room.member|${anna}`],
  )

  await server.rooms.send(roomId, aMessage('hej', bo))
  const before = phone.since
  const spoken = await phone.ask({ filter })
  assert.deepEqual(spoken.stateKeys(roomId), [`m.room.member|${bo}`])
  phone.since = before
  assert.deepEqual((await phone.ask({ filter })).stateKeys(roomId), [`m.room.member|${bo}`], 'the answer was lost')
  await server.rooms.send(roomId, aMessage('igen', bo))
  assert.deepEqual((await phone.ask({ filter })).stateKeys(roomId), [])
  await server.rooms.send(roomId, aMessage('en gång till', bo))
  const redundant = { room: { state: { lazy_load_members: true, include_redundant_members: true } } }
  assert.deepEqual((await phone.ask({ filter: redundant })).stateKeys(roomId), [`m.room.member|${bo}`])
})

test('a room without a name is called after those who are in it', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await phone.ask()
  await server.rooms.changeMembership(joins(roomId, bo))
  const seen = await phone.ask()
  assert.deepEqual(seen.at('rooms', 'join', roomId, 'summary'), {
    'm.heroes': [bo],
    'm.joined_member_count': 2,
    'm.invited_member_count': 0,
  })
})

test('messages of ignored users are left out, their state is not, and their invites are not told', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await server.rooms.changeMembership(joins(roomId, bo))
  await server.accounts.accountData.set({ userId: anna, type: 'm.ignored_user_list' }, { ignored_users: { [bo]: {} } })
  await phone.ask()
  await server.rooms.send(roomId, aMessage('hör mig', bo))
  await server.rooms.changeMembership({ ...joins(roomId, bo), content: { displayname: 'Bo B' } })
  await server.rooms.create(aRoom({ creator: bo, preset: 'private_chat', invite: [anna] }))
  const seen = await phone.ask()
  assert.deepEqual(
    seen.timeline(roomId).map(({ type }) => type),
    ['m.room.member'],
  )
  assert.equal(seen.at('rooms', 'invite'), undefined)
})

test('the transaction is told to the sending device alone', async (t) => {
  const server = await syncServer(t)
  const [phone, tablet] = [await aDevice(server, anna), await aDevice(server, anna, 'TABLET')]
  const roomId = await server.rooms.create(aRoom())
  await Promise.all([phone.ask(), tablet.ask()])
  await server.rooms.send(roomId, aMessage('a'), { deviceId: 'PHONE', txnId: 'x1' })
  const unsigned = async (device: typeof phone) => (await device.ask()).timeline(roomId)[0]?.['unsigned']
  assert.equal(((await unsigned(phone)) as { transaction_id?: string }).transaction_id, 'x1')
  assert.equal(((await unsigned(tablet)) as { transaction_id?: string }).transaction_id, undefined)
})

test('account data is told when it changes: global, and of rooms', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await server.accounts.accountData.set({ userId: anna, type: 'org.example.a' }, { n: 1 })
  const first = await phone.ask()
  assert.deepEqual(first.events('account_data'), [{ type: 'org.example.a', content: { n: 1 } }])
  await server.accounts.tags.set({ userId: anna, roomId }, 'm.favourite', {})
  const seen = await phone.ask()
  assert.equal(seen.at('account_data'), undefined)
  assert.deepEqual(seen.events('rooms', 'join', roomId, 'account_data'), [
    { type: 'm.tag', content: { tags: { 'm.favourite': {} } } },
  ])
})

test('event_fields, event_format and rooms of a filter are obeyed', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const [roomId, other] = [await server.rooms.create(aRoom()), await server.rooms.create(aRoom())]
  const only = await phone.ask({ filter: { room: { not_rooms: [other] } } })
  assert.equal(only.at('rooms', 'join', other), undefined)
  await server.rooms.send(roomId, aMessage('a'))
  const before = phone.since
  const picked = await phone.ask({ filter: { event_fields: ['content.body'] } })
  assert.deepEqual(picked.timeline(roomId), [{ content: { body: 'a' } }])
  phone.since = before
  const federation = await phone.ask({ filter: { event_format: 'federation' } })
  assert.ok(federation.timeline(roomId)[0]?.['signatures'])
})
