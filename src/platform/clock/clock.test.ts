import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock, systemClock } from './clock.ts'

test('fake clock: timers fire in order of time, then of asking, and see the time they asked for', async () => {
  const clock = new FakeClock(1000)
  const seen: string[] = []
  const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`)
  clock.after(20, note('b'))
  clock.after(10, note('a'))
  clock.after(20, note('c'))
  clock.after(31, note('late'))
  await clock.advance(30)
  assert.deepEqual(seen, ['a@1010', 'b@1020', 'c@1020'])
  assert.equal(clock.now(), 1030)
  assert.equal(clock.nextDue, 1031)
})

test('fake clock: what a timer starts through promises runs before the next timer', async () => {
  const clock = new FakeClock()
  const seen: string[] = []
  const loop = async () => {
    for (let i = 0; i < 3; i++) {
      await clock.wait(10)
      seen.push(`turn ${i}`)
    }
  }
  const done = loop()
  clock.after(25, () => seen.push('timer'))
  await clock.advance(30)
  await done
  assert.deepEqual(seen, ['turn 0', 'turn 1', 'timer', 'turn 2'])
})

test('fake clock: a cancelled timer does not fire, an aborted wait rejects with the reason and leaves nothing behind', async () => {
  const clock = new FakeClock()
  clock.after(10, () => assert.fail('fired')).cancel()
  const controller = new AbortController()
  const waiting = clock.wait(10, controller.signal)
  controller.abort(new Error('no more'))
  await assert.rejects(waiting, /no more/)
  await assert.rejects(clock.wait(10, controller.signal), /no more/)
  assert.equal(clock.pending, 0)
  await clock.advance(100)
})

test('fake clock: setting the wall clock does not hasten timers', () => {
  const clock = new FakeClock(0)
  let fired = 0
  clock.after(100, () => {
    fired += 1
  })
  clock.setNow(1_000_000)
  clock.advanceNow(99)
  assert.equal(fired, 0)
  clock.advanceNow(1)
  assert.equal(fired, 1)
})

test('system clock: waits really, rejects with the reason when aborted, cancels', async () => {
  const clock = systemClock()
  const before = clock.now()
  assert.ok(Math.abs(before - Date.now()) < 1000)
  await clock.wait(2)
  const controller = new AbortController()
  const waiting = clock.wait(60_000, controller.signal)
  controller.abort(new Error('stop'))
  await assert.rejects(waiting, /^Error: stop$/)
  const timer = clock.after(0, () => assert.fail('fired'))
  timer.cancel()
  await new Promise<void>((resolve) => clock.after(1, resolve).cancel === undefined || setTimeout(resolve, 5))
})

test('system clock: a delay beyond what the machine counts does not fire at once', async () => {
  const timer = systemClock().after(2 ** 40, () => assert.fail('fired'))
  await new Promise((resolve) => setTimeout(resolve, 5))
  timer.cancel()
})
