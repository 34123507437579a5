// Guests and the rooms that close: with real accounts, over a real PostgreSQL.
// spec: client-server-api/modules/guest_access.md #server-behaviour

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounts } from '#accounts/accounts.ts'
import { testOptions } from '#accounts/test-accounts.ts'
import { statement } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { parseServerName, type UserId } from '#protocol/identifiers/identifiers.ts'
import { followGuestAccess } from './rooms.ts'
import { anna, aRoom, joins, roomsForTests } from './rooms-for-tests.ts'

const statementToUpgrade = statement<[string]>(
  'test.upgrade_guest',
  'update account set is_guest = false where user_id = $1',
)

test('guest_access: when a room closes to guests, those of this server leave it, and nobody else', async (t) => {
  const { rooms, database, stream, clock } = await roomsForTests(t)
  const log = logTo({ write() {} })
  const serverName = parseServerName('alfa.example') ?? assert.fail()
  const parts = { serverName, database, stream, clock, random: systemRandom(), log }
  const accounts = new Accounts({ ...parts, options: testOptions })
  const follower = await followGuestAccess(rooms, accounts, parts)
  t.after(() => follower.stop())
  t.after(() => accounts.stop())
  const guest = async () => (await accounts.register('guest', {})).user_id as UserId
  const [ester, gun, upgraded] = [await guest(), await guest(), await guest()]
  const { userId: bo } = await accounts.createUser({ username: 'bo', password: undefined })
  const access = (guest_access: string) => ({ type: 'm.room.guest_access', stateKey: '', content: { guest_access } })
  const roomId = await rooms.create(aRoom({ initialState: [access('can_join')] }))
  const members = [ester, gun, upgraded, bo]
  for (const userId of members) await rooms.changeMembership(joins(roomId, userId))
  await database.run(statementToUpgrade, upgraded)
  const memberships = () => Promise.all(members.map((userId) => rooms.membership(roomId, userId)))

  await rooms.send(roomId, { ...access('can_join'), content: { guest_access: 'can_join', x: 1 }, sender: anna })
  await follower.reached(stream.head)
  assert.deepEqual(await memberships(), ['join', 'join', 'join', 'join'])
  await rooms.send(roomId, { ...access('forbidden'), sender: anna })
  await follower.reached(stream.head)
  assert.deepEqual(await memberships(), ['leave', 'leave', 'join', 'join'])
})
