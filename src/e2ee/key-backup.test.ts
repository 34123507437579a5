// Key backups: versions, the rule of replacement, counts and etags.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { BackupKey, KeyBackup } from './e2ee.ts'
import { fileScope, TestNetwork, TestRooms, testServer } from './test-e2ee.ts'

const scope = fileScope(after)
let backup: KeyBackup
before(async () => {
  backup = (await testServer(scope, 'alfa.example', { network: new TestNetwork(), rooms: new TestRooms() })).e2ee.backup
})

const algorithm = 'm.megolm_backup.v1.curve25519-aes-sha2'
const room = '!rum:alfa.example' as RoomId
let users = 0
const newUser = () => `@user${++users}:alfa.example` as UserId
type Weights = readonly [verified: boolean, firstMessageIndex: number, forwardedCount: number]
const key = (sessionId: string, [isVerified, firstMessageIndex, forwardedCount]: Weights, of = room): BackupKey => ({
  roomId: of,
  sessionId,
  isVerified,
  firstMessageIndex,
  forwardedCount,
  sessionData: { weights: [isVerified, firstMessageIndex, forwardedCount] },
})
async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += Buffer.from(piece).toString()
  return text
}
const all = async (user: UserId, version: string) =>
  JSON.parse(await textOf(await backup.all(user, version))) as { rooms: { [room: string]: { sessions: JsonObject } } }
const stored = async (user: UserId, version: string, sessionId: string): Promise<Weights> => {
  const { is_verified, first_message_index, forwarded_count, session_data } = await backup.key(
    user,
    version,
    room,
    sessionId,
  )
  const weights = [is_verified, first_message_index, forwarded_count] as const
  assert.deepEqual(session_data, { weights: [...weights] }, 'data and weights belong together')
  return weights
}

interface Case {
  readonly name: string
  readonly there: Weights
  readonly uploaded: Weights
  readonly stays: 'there' | 'uploaded'
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/e2ee/backup-replacement.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] }

test('the better key stays, by the table of the specification', async () => {
  const user = newUser()
  const version = await backup.create(user, algorithm, {})
  for (const { name, there, uploaded, stays } of vectors.cases) {
    const before = await backup.put(user, version, [key(name, there)])
    const after = await backup.put(user, version, [key(name, uploaded)])
    assert.deepEqual(await stored(user, version, name), stays === 'there' ? there : uploaded, name)
    assert.equal(after.etag !== before.etag, stays === 'uploaded', `${name}: etag`)
    assert.equal(after.count, before.count, `${name}: count`)
  }
})

test('in whatever order keys come, the best one is there in the end', async () => {
  const user = newUser()
  const version = await backup.create(user, algorithm, {})
  const weights = fc.tuple(fc.boolean(), fc.nat(3), fc.nat(3))
  let session = 0
  await fc.assert(
    fc.asyncProperty(fc.array(weights, { minLength: 1, maxLength: 6 }), async (uploads) => {
      session += 1
      for (const one of uploads) await backup.put(user, version, [key(`s${session}`, one)])
      const rank = ([verified, index, count]: Weights) => (verified ? 0 : 100) + index * 10 + count
      const [best] = [...uploads].sort((a, b) => rank(a) - rank(b))
      assert.deepEqual(await stored(user, version, `s${session}`), best)
    }),
    { numRuns: 30 },
  )
})

test('keys go into the current version only, and the refusal names it', async () => {
  const user = newUser()
  await assert.rejects(backup.put(user, '1', []), { errcode: 'M_NOT_FOUND' })
  const first = await backup.create(user, algorithm, {})
  await backup.put(user, first, [key('a', [true, 0, 0])])
  const second = await backup.create(user, algorithm, {})
  await assert.rejects(backup.put(user, first, [key('b', [true, 0, 0])]), (error: { toJSON(): JsonObject }) => {
    const { errcode, current_version } = error.toJSON()
    assert.deepEqual([errcode, current_version], ['M_WRONG_ROOM_KEYS_VERSION', second])
    return true
  })
  await assert.rejects(backup.put(user, 'no number', []), { errcode: 'M_WRONG_ROOM_KEYS_VERSION' })
  assert.equal((await backup.version(user)).version, second)
  assert.equal((await backup.version(user, first)).count, 1)
})

test('a deleted version leaves the one before current, is not given out again, and deleting it again is fine', async () => {
  const user = newUser()
  const [first, second] = [await backup.create(user, algorithm, {}), await backup.create(user, algorithm, {})]
  await backup.put(user, second, [key('a', [true, 0, 0])])
  await backup.delete(user, second)
  await backup.delete(user, second)
  await assert.rejects(backup.delete(user, '99'), { errcode: 'M_NOT_FOUND' })
  await assert.rejects(backup.all(user, second), { errcode: 'M_NOT_FOUND' })
  assert.equal((await backup.version(user)).version, first)
  await backup.put(user, first, [key('b', [true, 0, 0])])
  assert.equal(await backup.create(user, algorithm, {}), '3')
})

test('only auth_data of a version can be changed', async () => {
  const user = newUser()
  const version = await backup.create(user, algorithm, { a: 1 })
  await backup.update(user, version, { algorithm, authData: { a: 2 }, version })
  assert.deepEqual((await backup.version(user, version)).auth_data, { a: 2 })
  const refused = [
    { algorithm: 'other', authData: {}, version: undefined },
    { algorithm, authData: {}, version: '9' },
  ]
  for (const given of refused) await assert.rejects(backup.update(user, version, given), { errcode: 'M_INVALID_PARAM' })
  await assert.rejects(backup.update(user, '9', { algorithm, authData: {}, version: undefined }), {
    errcode: 'M_NOT_FOUND',
  })
})

test('keys are read whole and by room, over many pages, and nobody sees those of others', async () => {
  const user = newUser()
  const version = await backup.create(user, algorithm, {})
  assert.deepEqual(await all(user, version), { rooms: {} })
  const other = '!annat:alfa.example' as RoomId
  const keys = Array.from({ length: 2_500 }, (_, n) => key(`s"${n}`, [true, n, 0], n % 2 === 0 ? room : other))
  assert.equal((await backup.put(user, version, keys)).count, 2_500)
  const { rooms } = await all(user, version)
  assert.deepEqual(
    Object.entries(rooms).map(([name, { sessions }]) => [name, Object.keys(sessions).length]),
    [
      [other, 1_250],
      [room, 1_250],
    ],
  )
  assert.deepEqual(rooms[room]?.sessions['s"2'], {
    first_message_index: 2,
    forwarded_count: 0,
    is_verified: true,
    session_data: { weights: [true, 2, 0] },
  })
  const ofRoom = JSON.parse(await textOf(await backup.ofRoom(user, version, other))) as { sessions: JsonObject }
  assert.equal(Object.keys(ofRoom.sessions).length, 1_250)
  assert.equal(await textOf(await backup.ofRoom(user, version, '!tomt:a' as RoomId)), '{"sessions":{}}')
  await assert.rejects(backup.all(newUser(), version), { errcode: 'M_NOT_FOUND' })
})

test('exactly a page of keys is a whole answer', async () => {
  const user = newUser()
  const version = await backup.create(user, algorithm, {})
  await backup.put(
    user,
    version,
    Array.from({ length: 1_000 }, (_, n) => key(`s${n}`, [true, 0, 0])),
  )
  assert.equal(Object.keys((await all(user, version)).rooms[room]?.sessions ?? {}).length, 1_000)
  assert.equal(Object.keys(JSON.parse(await textOf(await backup.ofRoom(user, version, room))).sessions).length, 1_000)
})

test('deleting counts down, and moves the etag when something went', async () => {
  const user = newUser()
  const version = await backup.create(user, algorithm, {})
  const other = '!annat:alfa.example' as RoomId
  const weights = [true, 0, 0] as const
  const { etag } = await backup.put(user, version, [key('a', weights), key('b', weights), key('c', weights, other)])
  const none = await backup.deleteKeys(user, version, { roomId: room, sessionId: 'x' })
  assert.deepEqual([none.count, none.etag], [3, etag])
  const one = await backup.deleteKeys(user, version, { roomId: room, sessionId: 'a' })
  assert.equal(one.count, 2)
  assert.notEqual(one.etag, etag)
  assert.equal((await backup.deleteKeys(user, version, { roomId: other })).count, 1)
  assert.equal((await backup.deleteKeys(user, version, {})).count, 0)
  await assert.rejects(backup.key(user, version, room, 'b'), { errcode: 'M_NOT_FOUND' })
})

test('uploads and new versions at the same time are counted right', async () => {
  const user = newUser()
  const versions = await Promise.all([1, 2, 3].map(() => backup.create(user, algorithm, {})))
  assert.equal(new Set(versions).size, 3)
  const { version } = await backup.version(user)
  const sessions = Array.from({ length: 20 }, (_, n) => `s${n % 5}`)
  await Promise.all(sessions.map((session, n) => backup.put(user, version, [key(session, [false, 20 - n, 0])])))
  assert.equal((await backup.version(user)).count, 5)
})
