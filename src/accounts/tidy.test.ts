import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statement } from '#platform/database/database.ts'
import { follow } from '#platform/follow/follow.ts'
import { logTo } from '#platform/log/log.ts'
import { accountsForTests, aUser } from './test-accounts.ts'

const t = accountsForTests()
const log = logTo({ write() {} })
const countTokens = statement<[], { n: number }>(
  'test.count_tokens',
  'select (select count(*) from login_token) + (select count(*) from openid_token) as n',
)

test('tokens that have ended are forgotten, those of users who never ask again too; the others stay good', async () => {
  const { session } = await aUser(t.accounts, 'anna')
  const other = await aUser(t.accounts, 'bo')
  await t.accounts.issueLoginToken(session.userId)
  await t.accounts.issueOpenIdToken(session.userId)
  await t.clock.advance(3_600_000)
  const { access_token } = await t.accounts.issueOpenIdToken(other.session.userId)
  await t.accounts.tidy()
  assert.equal((await t.database.one(countTokens))?.n, 1)
  assert.equal(await t.accounts.ownerOfOpenIdToken(access_token), other.session.userId)
})

test('changes of devices stay until every follower has gone past them, also one that is behind', async () => {
  await aUser(t.accounts, 'cecilia')
  const changes = () => t.accounts.devices.changes(0, t.stream.head, 100)
  const all = await changes()
  await t.accounts.tidy()
  assert.deepEqual(await changes(), all)

  const parts = { ...t, log }
  const seen: string[] = []
  const follower = (name: string) =>
    follow(
      {
        name,
        batch: 100,
        read: (after, upTo, limit) => t.accounts.devices.changes(after, upTo, limit),
        handle: async (items) => void seen.push(...items.map(({ userId }) => `${name} ${userId}`)),
      },
      parts,
    )
  const first = await follower('first')
  await first.reached(t.stream.head)
  await first.stop()
  const behind = await follower('behind')
  await behind.stop()
  const cursor = behind.cursor
  await t.accounts.tidy()
  assert.deepEqual(
    await changes(),
    all.filter(({ position }) => position > cursor),
  )

  const again = await follower('behind')
  await again.reached(t.stream.head)
  await again.stop()
  assert.equal(seen.filter((text) => text.startsWith('behind')).length, all.length)
  await t.accounts.tidy()
  assert.deepEqual(await changes(), [])
})
