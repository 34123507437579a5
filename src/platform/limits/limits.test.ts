import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '#platform/clock/clock.ts'
import { BoundedCache, BoundedQueue, FairSemaphore, Overloaded, RateLimiter } from './limits.ts'

test('rate limiter: a burst goes through, then the wait that is told is exactly long enough', () => {
  const clock = new FakeClock()
  const limiter = new RateLimiter({ clock, rates: { message: { perSecond: 2, burst: 3 } } })
  assert.deepEqual(
    [1, 2, 3].map(() => limiter.take('@a:x', 'message')),
    [0, 0, 0],
  )
  const wait = limiter.take('@a:x', 'message')
  assert.equal(wait, 500)
  clock.advanceNow(wait - 1)
  assert.equal(limiter.take('@a:x', 'message'), 1)
  clock.advanceNow(1)
  assert.equal(limiter.take('@a:x', 'message'), 0)
})

test('rate limiter: keys and classes do not share a bucket, an unnamed class is free', () => {
  const clock = new FakeClock()
  const limiter = new RateLimiter<'a' | 'b' | 'c'>({
    clock,
    rates: { a: { perSecond: 1, burst: 1 }, b: { perSecond: 1, burst: 1 } },
  })
  assert.equal(limiter.take('x', 'a'), 0)
  assert.equal(limiter.take('x', 'b'), 0)
  assert.equal(limiter.take('y', 'a'), 0)
  assert.equal(limiter.take('x', 'a') > 0, true)
  for (let i = 0; i < 100; i++) assert.equal(limiter.take('x', 'c'), 0)
  assert.equal(limiter.size, 3)
})

test('rate limiter: over any time no more than burst + rate x time goes through, and a clock set back gives nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2000, max: 3000 }), { maxLength: 200 }), (steps) => {
      const clock = new FakeClock()
      const limiter = new RateLimiter({ clock, rates: { m: { perSecond: 4, burst: 5 } } })
      let taken = 0
      let forward = 0
      for (const step of steps) {
        clock.setNow(clock.now() + step)
        forward += Math.max(0, step)
        if (limiter.take('k', 'm') === 0) taken += 1
      }
      assert.ok(taken <= 5 + (forward / 1000) * 4 + 1e-6)
    }),
    { numRuns: 50 },
  )
})

test('rate limiter: a cost above the burst is let through from a full bucket, and paid back', () => {
  const clock = new FakeClock()
  const limiter = new RateLimiter({ clock, rates: { m: { perSecond: 1, burst: 2 } } })
  assert.equal(limiter.take('k', 'm', 10), 0)
  assert.equal(limiter.take('k', 'm'), 9000)
})

test('rate limiter: a rate that could never let anything through is refused when it is made', () => {
  const clock = new FakeClock()
  assert.throws(() => new RateLimiter({ clock, rates: { m: { perSecond: 0, burst: 1 } } }), /"m"/)
})

test('rate limiter: no more buckets than its capacity are kept', () => {
  const clock = new FakeClock()
  const limiter = new RateLimiter({ clock, rates: { m: { perSecond: 1, burst: 1 } }, capacity: 10 })
  for (let i = 0; i < 1000; i++) limiter.take(`k${i}`, 'm')
  assert.equal(limiter.size, 10)
})

test('cache: the least recently used leaves first, and is told of', () => {
  const left: string[] = []
  const cache = new BoundedCache<string, number>({ capacity: 2, onLeave: (_, key) => left.push(key) })
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)
  assert.deepEqual(left, ['b'])
  assert.equal(cache.get('b'), undefined)
  assert.equal(cache.peek('a'), 1)
  assert.equal(cache.size, 2)
})

test('cache: with weights the sum is bounded and what is too heavy is not kept', () => {
  const cache = new BoundedCache<string, string>({ capacity: 10, weigh: (value) => value.length })
  cache.set('a', '12345')
  cache.set('b', '12345')
  cache.set('c', '123')
  assert.equal(cache.has('a'), false)
  assert.equal(cache.weight, 8)
  cache.set('d', '12345678901')
  assert.equal(cache.has('d'), false)
})

test('cache: an entry is gone when it is too old, by the clock that was given', () => {
  const clock = new FakeClock()
  const cache = new BoundedCache<string, number>({ capacity: 2, age: { maxAge: 1000, clock } })
  cache.set('a', 1)
  clock.advanceNow(1000)
  assert.equal(cache.get('a'), 1)
  clock.advanceNow(1)
  assert.equal(cache.get('a'), undefined)
})

test('queue: behaves as a plain list with a bound', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer() }),
    fc.constant('shift' as const),
    fc.record({ take: fc.nat(5) }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 100 }), (capacity, steps) => {
      const queue = new BoundedQueue<number>(capacity)
      let model: number[] = []
      for (const act of steps) {
        if (act === 'shift') assert.equal(queue.shift(), model.shift())
        else if ('take' in act) {
          assert.deepEqual(queue.take(act.take), model.slice(0, act.take))
          model = model.slice(act.take)
        } else {
          const fits = model.length < capacity
          assert.equal(queue.push(act.push), fits)
          if (fits) model.push(act.push)
        }
        assert.equal(queue.length, model.length)
        assert.equal(queue.peek(), model[0])
      }
    }),
  )
})

test('semaphore: never more at once than places, in all and per key', async () => {
  const semaphore = new FairSemaphore({ places: 3, placesPerKey: 2, waitingPerKey: 100, waiting: 1000 })
  const now = new Map<string, number>()
  let most = 0
  let mostOfKey = 0
  const act = (key: string) => async () => {
    now.set(key, (now.get(key) ?? 0) + 1)
    most = Math.max(most, semaphore.running)
    mostOfKey = Math.max(mostOfKey, now.get(key) ?? 0)
    await new Promise(setImmediate)
    now.set(key, (now.get(key) ?? 0) - 1)
  }
  await Promise.all(Array.from({ length: 60 }, (_, i) => semaphore.run(`k${i % 2}`, act(`k${i % 2}`))))
  assert.equal(most, 3)
  assert.equal(mostOfKey, 2)
  assert.equal(semaphore.running, 0)
  assert.equal(semaphore.waiting, 0)
})

test('semaphore: a key with one act does not wait behind the hundred of another', async () => {
  const semaphore = new FairSemaphore({ places: 1, waitingPerKey: 100, waiting: 1000 })
  const order: string[] = []
  const act = (key: string) => async () => void order.push(key)
  const all = Array.from({ length: 100 }, () => semaphore.run('busy', act('busy')))
  all.push(semaphore.run('calm', act('calm')))
  await Promise.all(all)
  assert.ok(order.indexOf('calm') <= 2, `calm came at ${order.indexOf('calm')}`)
})

test('semaphore: what does not fit is refused at once, and a failed act frees its place', async () => {
  const semaphore = new FairSemaphore({ places: 1, waitingPerKey: 1, waiting: 2 })
  const gate = Promise.withResolvers<void>()
  const first = semaphore.run('a', () => gate.promise)
  const second = semaphore.run('a', async () => 2)
  await assert.rejects(
    semaphore.run('a', async () => 3),
    Overloaded,
  )
  const third = semaphore.run('b', async () => 4)
  await assert.rejects(
    semaphore.run('c', async () => 5),
    Overloaded,
  )
  gate.reject(new Error('broken'))
  await assert.rejects(first, /broken/)
  assert.deepEqual(await Promise.all([second, third]), [2, 4])
})

test('semaphore: who goes away while waiting leaves the place to the next', async () => {
  const semaphore = new FairSemaphore({ places: 1, waitingPerKey: 1, waiting: 2 })
  const gate = Promise.withResolvers<void>()
  const first = semaphore.run('a', () => gate.promise)
  const controller = new AbortController()
  const gone = semaphore.run('a', async () => assert.fail('ran'), controller.signal)
  controller.abort(new Error('went away'))
  await assert.rejects(gone, /went away/)
  const next = semaphore.run('a', async () => 'ran')
  gate.resolve()
  await first
  assert.equal(await next, 'ran')
})
