// spec: docs/architecture.md §4

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '#platform/log/log.ts'
import { createLocalBus } from './bus.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }
const turn = () => new Promise(setImmediate)

test('wakes the subscribers of the subject, once for many wake-ups, with the last hint', async () => {
  const bus = createLocalBus({ log: silent })
  const woken: string[] = []
  bus.subscribe('a', (hint) => woken.push(`first ${hint}`))
  bus.subscribe('a', (hint) => woken.push(`second ${hint}`))
  bus.subscribe('b', () => woken.push('b'))
  for (let i = 0; i < 1_000; i++) bus.publish('a', String(i))
  assert.deepEqual(woken, [])
  await turn()
  assert.deepEqual(woken, ['first 999', 'second 999'])
})

test('a wake-up published while one is delivered comes in the next turn', async () => {
  const bus = createLocalBus({ log: silent })
  let count = 0
  bus.subscribe('a', () => {
    count += 1
    if (count < 3) bus.publish('a')
  })
  bus.publish('a')
  for (let i = 0; i < 5; i++) await turn()
  assert.equal(count, 3)
})

test('who has unsubscribed is not woken; a function that subscribed twice leaves once', async () => {
  const bus = createLocalBus({ log: silent })
  let count = 0
  const wake = () => {
    count += 1
  }
  const leave = bus.subscribe('a', wake)
  bus.subscribe('a', wake)
  leave()
  leave()
  bus.publish('a')
  await turn()
  assert.equal(count, 1)
})

test('a subscriber that throws does not keep the others asleep', async () => {
  const bus = createLocalBus({ log: silent })
  let woken = false
  bus.subscribe('a', () => {
    throw new Error('mine')
  })
  bus.subscribe('a', () => {
    woken = true
  })
  bus.publish('a')
  await turn()
  assert.equal(woken, true)
})

test('after the close nobody is woken', async () => {
  const bus = createLocalBus({ log: silent })
  bus.subscribe('a', () => assert.fail())
  bus.publish('a')
  bus.close()
  await turn()
})
