import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import { seededRandom } from '#platform/random/random.ts'
import { oneBody } from '../network/loopback.ts'
import { NetworkError, type WireAnswer } from '../network/network.ts'
import { freshFor, WellKnown } from './well-known.ts'

type Page = { status?: number; headers?: Record<string, string>; body?: string } | 'down' | 'silent'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function webOf(pages: Record<string, Page>, cacheFailures = true) {
  const asked: string[] = []
  const clock = new FakeClock()
  const fetch = (url: URL, signal: AbortSignal): Promise<WireAnswer> => {
    asked.push(url.href)
    const page = pages[url.href] ?? 'down'
    if (page === 'down') return Promise.reject(new NetworkError('connection'))
    if (page === 'silent')
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const { status = 200, headers = {}, body = '' } = page
    return Promise.resolve({ status, headers, body: oneBody(Buffer.from(body)) })
  }
  const wellKnown = new WellKnown({ fetch: { fetch }, clock, random: seededRandom(1), cacheFailures })
  return { asked, clock, wellKnown, pages }
}

const start = 'https://a.se/.well-known/matrix/server'
const to = (name: string, headers: Record<string, string> = {}): Page => ({
  headers,
  body: JSON.stringify({ 'm.server': name }),
})

test('the delegation is read, whatever the content type says', async () => {
  const { wellKnown } = webOf({ [start]: to('matrix.a.se:443', { 'content-type': 'text/plain' }) })
  assert.equal(await wellKnown.delegateOf('a.se'), 'matrix.a.se:443')
})

test('redirects are followed, relative ones too, to https only and not in circles', async () => {
  const { wellKnown } = webOf({
    [start]: { status: 302, headers: { location: '/other' } },
    'https://a.se/other': { status: 308, headers: { location: 'https://b.se/file' } },
    'https://b.se/file': to('m.b.se'),
    'https://plain.se/.well-known/matrix/server': { status: 301, headers: { location: 'http://plain.se/x' } },
  })
  assert.equal(await wellKnown.delegateOf('a.se'), 'm.b.se')
  assert.equal(await wellKnown.delegateOf('plain.se'), undefined)
  const circle = webOf({ [start]: { status: 302, headers: { location: start } } })
  assert.equal(await circle.wellKnown.delegateOf('a.se'), undefined)
  assert.equal(circle.asked.length, 6)
})

test('an invalid answer is none: wrong JSON, no m.server, no server name, another status, too long', async () => {
  const bodies = [
    '{',
    '[]',
    '{}',
    '{"m.server":5}',
    '{"m.server":"a b"}',
    '{"m.server":"https://x.se"}',
    ' '.repeat(60_000),
  ]
  for (const body of bodies)
    assert.equal(await webOf({ [start]: { body } }).wellKnown.delegateOf('a.se'), undefined, body.slice(0, 20))
  assert.equal(
    await webOf({ [start]: { ...{ body: '{"m.server":"b.se"}' }, status: 404 } }).wellKnown.delegateOf('a.se'),
    undefined,
  )
})

test('an answer is kept as its headers say, between five minutes and 48 hours, and 24 hours without any', () => {
  const now = Date.UTC(2026, 0, 1)
  const date = (ms: number) => new Date(now + ms).toUTCString()
  const cases: [Record<string, string>, number][] = [
    [{}, 24 * HOUR],
    [{ 'cache-control': 'public, max-age=3600' }, HOUR],
    [{ 'cache-control': 'max-age="7200"' }, 2 * HOUR],
    [{ 'cache-control': 'max-age=999999999' }, 48 * HOUR],
    [{ 'cache-control': 'max-age=1' }, 5 * MINUTE],
    [{ 'cache-control': 'no-store' }, 5 * MINUTE],
    [{ 'cache-control': 's-maxage=3600' }, 24 * HOUR],
    [{ expires: date(3 * HOUR) }, 3 * HOUR],
    [{ expires: '0' }, 5 * MINUTE],
    [{ expires: date(3 * HOUR), 'cache-control': 'max-age=3600' }, HOUR],
  ]
  for (const [headers, time] of cases) assert.equal(freshFor(headers, now), time, JSON.stringify(headers))
})

test('failures are asked again after a pause that grows up to an hour', async () => {
  const { wellKnown, asked, clock } = webOf({})
  const pauses: number[] = []
  for (let failure = 0; failure < 8; failure += 1) {
    await wellKnown.delegateOf('a.se')
    const count = asked.length
    let pause = 0
    while (asked.length === count) {
      clock.advanceNow(MINUTE)
      pause += 1
      await wellKnown.delegateOf('a.se')
    }
    pauses.push(pause)
  }
  // Minutes, shortened by at most a fifth.
  for (const [index, pause] of pauses.entries()) {
    const whole = Math.min(2 ** (index + 1), 60)
    assert.ok(pause <= whole && pause >= 0.8 * whole, `pauses in minutes: ${pauses}`)
  }
})

test('where failures are not remembered, each question is asked', async () => {
  const { wellKnown, asked, pages } = webOf({}, false)
  assert.equal(await wellKnown.delegateOf('a.se'), undefined)
  pages[start] = to('b.se')
  assert.equal(await wellKnown.delegateOf('a.se'), 'b.se')
  assert.equal(asked.length, 2)
})

test('a delegation outlives a web server that is down, for 48 hours, but not an answer that takes it back', async () => {
  const down = webOf({ [start]: to('b.se', { 'cache-control': 'max-age=600' }) })
  await down.wellKnown.delegateOf('a.se')
  down.pages[start] = 'down'
  down.clock.advanceNow(20 * MINUTE)
  assert.equal(await down.wellKnown.delegateOf('a.se'), 'b.se')
  down.clock.advanceNow(49 * HOUR)
  assert.equal(await down.wellKnown.delegateOf('a.se'), undefined)
  const gone = webOf({ [start]: to('b.se', { 'cache-control': 'max-age=600' }) })
  await gone.wellKnown.delegateOf('a.se')
  gone.pages[start] = { status: 404 }
  gone.clock.advanceNow(20 * MINUTE)
  assert.equal(await gone.wellKnown.delegateOf('a.se'), undefined)
})

test('a silent host costs ten seconds, once for all who ask', async () => {
  const { wellKnown, asked, clock } = webOf({ [start]: 'silent' })
  const answers = Promise.all([wellKnown.delegateOf('a.se'), wellKnown.delegateOf('a.se')])
  await clock.advance(10_000)
  assert.deepEqual(await answers, [undefined, undefined])
  assert.equal(asked.length, 1)
})
