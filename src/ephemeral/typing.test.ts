import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { Typing } from './typing.ts'
import { readTyping, typingEdu } from './typing-edu.ts'

const roomId = '!room:hs1' as RoomId
const other = '!other:hs1' as RoomId
const anna = '@anna:hs1' as UserId
const bo = '@bo:hs2' as UserId

test('typing lapses after its timeout, however long a client asks for, and each change is seen once', () => {
  const clock = new FakeClock()
  const typing = new Typing(clock)
  const start = typing.serial
  typing.note({ roomId, userId: anna, typing: true }, 10_000)
  typing.note({ roomId, userId: bo, typing: true }, 1e12)
  assert.deepEqual(typing.in(roomId), [anna, bo])
  clock.advanceNow(9_999)
  assert.deepEqual(typing.in(roomId), [anna, bo])
  clock.advanceNow(1)
  assert.deepEqual(typing.in(roomId), [bo])
  clock.advanceNow(110_000)
  assert.deepEqual(typing.in(roomId), [])
  assert.equal(typing.serial, start + 4)
  assert.equal(clock.pending, 0)
})

test('a repeated notice prolongs and is no change; stopping twice is one change', () => {
  const clock = new FakeClock()
  const typing = new Typing(clock)
  assert.equal(typing.note({ roomId, userId: anna, typing: true }, 10_000), true)
  clock.advanceNow(8_000)
  assert.equal(typing.note({ roomId, userId: anna, typing: true }, 10_000), false)
  clock.advanceNow(8_000)
  assert.deepEqual(typing.in(roomId), [anna])
  assert.equal(typing.note({ roomId, userId: anna, typing: false }), true)
  assert.equal(typing.note({ roomId, userId: anna, typing: false }), false)
})

test('changedSince names the rooms of later changes only, and says when it cannot tell', () => {
  const typing = new Typing(new FakeClock())
  const start = typing.serial
  typing.note({ roomId, userId: anna, typing: true })
  const middle = typing.serial
  typing.note({ roomId: other, userId: anna, typing: true })
  assert.deepEqual(typing.changedSince(start), new Set([other, roomId]))
  assert.deepEqual(typing.changedSince(middle), new Set([other]))
  assert.deepEqual(typing.changedSince(typing.serial), new Set())
  assert.equal(typing.changedSince(start - 1), undefined)
  for (let turn = 0; turn < 10_000; turn += 1) typing.note({ roomId, userId: bo, typing: turn % 2 === 0 })
  assert.equal(typing.changedSince(middle), undefined)
  assert.deepEqual(typing.changedSince(typing.serial - 4_000), new Set([roomId]))
})

test('a room shows at most 100 typists, so that no server can fill the memory', () => {
  const typing = new Typing(new FakeClock())
  for (let n = 0; n < 150; n += 1) typing.note({ roomId, userId: `@u${n}:evil` as UserId, typing: true })
  assert.equal(typing.in(roomId).length, 100)
})

test('the EDU reads back, and a server speaks for its own users only', () => {
  const change = { roomId, userId: bo, typing: true }
  const { content } = JSON.parse(typingEdu(change))
  assert.deepEqual(readTyping('hs2' as ServerName, content), change)
  assert.equal(readTyping('hs3' as ServerName, content), undefined)
  for (const broken of [{}, { ...content, typing: 'yes' }, { ...content, room_id: 7 }, { ...content, user_id: 'bo' }]) {
    assert.equal(readTyping('hs2' as ServerName, broken), undefined)
  }
})
