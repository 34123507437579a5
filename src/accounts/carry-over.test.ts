// What goes along from a room to its replacement, and what stays.
// spec: client-server-api/modules/room_upgrades.md #server-behaviour

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { parseRoomId, type RoomId } from '#protocol/identifiers/identifiers.ts'
import { accountsForTests, aUser } from './test-accounts.ts'

const t = accountsForTests()
before(() => t.ready)

const roomNamed = (name: string): RoomId => parseRoomId(`!${name}:alfa.example`) ?? assert.fail()
const [from, to, other] = [roomNamed('old'), roomNamed('new'), roomNamed('other')]

test('tags and conversations go along, once, and what was said of the new room stays', async () => {
  const { accounts } = t
  const { userId } = (await aUser(accounts, 'berit')).session
  await accounts.tags.set({ userId, roomId: from }, 'm.favourite', { order: 0.5 })
  const direct = { '@bo:alfa.example': [from, other], '@cia:alfa.example': [other], odd: 'no list' }
  await accounts.accountData.set({ userId, type: 'm.direct' }, direct)
  for (let times = 0; times < 2; times++) {
    await accounts.carryOver(userId, from, to)
    assert.deepEqual(await accounts.tags.get(userId, to), { 'm.favourite': { order: 0.5 } })
    const { content = '' } = (await accounts.accountData.get({ userId, type: 'm.direct' })) ?? {}
    assert.deepEqual(JSON.parse(content), { ...direct, '@bo:alfa.example': [from, other, to] })
  }
  await accounts.tags.set({ userId, roomId: other }, 'm.lowpriority', {})
  await accounts.carryOver(userId, from, other)
  assert.deepEqual(await accounts.tags.get(userId, other), { 'm.lowpriority': {} })
})

test('who has arranged nothing for the old room gets nothing for the new one', async () => {
  const { userId } = (await aUser(t.accounts, 'cecilia')).session
  await t.accounts.carryOver(userId, from, to)
  assert.deepEqual(await t.accounts.tags.get(userId, to), {})
  assert.equal(await t.accounts.accountData.get({ userId, type: 'm.direct' }), undefined)
})
