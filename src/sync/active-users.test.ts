// Who is woken, and who gives way when too many wait.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import type { Stream, StreamedFact } from '#platform/stream/stream.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { ActiveUsers } from './active-users.ts'

const anna = '@anna:alfa.example' as UserId
const bo = '@bo:alfa.example' as UserId
const forever = new AbortController().signal

/** A stream that tells what the test says. */
function setUp(sharing: (userId: UserId) => Promise<UserId[]> = async () => []) {
  let tell: (facts: readonly StreamedFact[]) => void = () => {}
  const stream: Stream = {
    head: 10,
    append: () => Promise.reject(new Error('Nothing is appended here.')),
    since: () => [],
    onCommit: (wake) => {
      tell = wake
      return () => {}
    },
  }
  const users = new ActiveUsers({ stream, clock: new FakeClock(), roomsOf: async () => [], sharingRooms: sharing })
  return { users, tell: (...facts: StreamedFact[]) => tell(facts) }
}

test('a fact about a user between the registration and the wait is not lost', async () => {
  const { users, tell } = setUp()
  const attendance = users.attend(anna)
  attendance.rest()
  tell({ kind: 'to-device', user: anna, position: 11 })
  assert.equal(await attendance.woken(1_000, forever), true)
  assert.equal(attendance.quietUntil(20), 10)
})

test('facts about others do not wake, and all that is known is quiet up to the head', async () => {
  const { users, tell } = setUp()
  const attendance = users.attend(anna)
  attendance.rest()
  tell({ kind: 'to-device', user: bo, position: 11 })
  assert.equal(await attendance.woken(0, forever), false)
  assert.equal(attendance.quietUntil(11), 11)
})

test('of one user fifty requests wait; the oldest makes room for the next', async () => {
  const { users } = setUp()
  const answered: number[] = []
  const waits = Array.from({ length: 51 }, (_, n) => {
    const wait = users.attend(anna).woken(60_000, forever)
    return wait.then((woken) => {
      answered.push(n)
      return woken
    })
  })
  assert.equal(await waits[0], false)
  assert.deepEqual(answered, [0])
  users.answerAll()
  assert.deepEqual(new Set(await Promise.all(waits)), new Set([false]))
})

test('a changed device list wakes those who share a room, and until they are found nothing after it is certain', async () => {
  const found = Promise.withResolvers<UserId[]>()
  const { users, tell } = setUp(() => found.promise)
  const attendance = users.attend(anna)
  attendance.rest()
  tell({ kind: 'device-list', user: bo, position: 11 })
  assert.equal(users.certainUntil(15), 10)
  const woken = attendance.woken(60_000, forever)
  found.resolve([anna])
  assert.equal(await woken, true)
  await new Promise(setImmediate)
  assert.equal(users.certainUntil(15), 15)
})

test('another process commits without saying what: everybody looks', async () => {
  const { users, tell } = setUp()
  const attendance = users.attend(anna)
  attendance.rest()
  tell()
  assert.equal(await attendance.woken(1_000, forever), true)
  assert.equal(attendance.quietUntil(11), undefined)
})
