import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { statement } from '#platform/database/database.ts'
import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Outcome } from '../failure.ts'
import { oneBody } from '../network/loopback.ts'
import { Peers, peersDatabase, rawReply, until } from '../peers-for-tests.ts'

const database = await peersDatabase({ after })

const options = { timeout: 10_000, backoff: { first: 1000, max: 8000 } }
const countAway = statement<[string], { count: number }>(
  'transport.test_count_away',
  'select count(*)::int as count from destination_backoff where server_name = $1',
)

let number = 0
/** Two servers with names of their own: the database is that of the whole file. */
function twoServers() {
  number += 1
  const peers = new Peers(database)
  const alfa = peers.add(`alfa${number}.se`, { options })
  const beta = peers.add(`beta${number}.se`, { options })
  const ask = (signal?: AbortSignal) => alfa.transport.getVersion(beta.name, signal)
  return { ...peers, peers, alfa, beta, ask, clock: peers.clock, network: peers.network }
}

const failureOf = (outcome: Outcome<unknown>) => (outcome.ok ? assert.fail('It succeeded.') : outcome.failure)
const reasonOf = (outcome: Outcome<unknown>) => {
  const failure = failureOf(outcome)
  return failure.kind === 'unreachable' ? failure.reason : failure.kind
}
const version: [number, { server: { name: string; version: string } }] = [200, { server: { name: 'x', version: '1' } }]

test('a silent server costs one bounded wait, for all who ask together; after that it is known to be away', async () => {
  const { alfa, beta, ask, clock, network } = twoServers()
  network.cut(alfa.name, beta.name, 'silent')
  const together = Promise.all([ask(), ask(), ask()])
  await until(() => clock.pending === 3)
  await clock.advance(10_000)
  assert.deepEqual((await together).map(reasonOf), ['timeout', 'timeout', 'timeout'])
  const sent = network.requests.length
  const failure = failureOf(await ask())
  assert.deepEqual([failure.kind === 'unreachable' && failure.reason, network.requests.length], ['away', sent])
  const retryAt = alfa.transport.awayUntil(beta.name) ?? assert.fail('not away')
  // Three failures at once are one: the first pause, shortened by at most a quarter.
  assert.ok(retryAt - clock.now() > 700 && retryAt - clock.now() <= 1000, `${retryAt - clock.now()} ms`)
})

test('pauses double up to the maximum, and each ends with one request that all others wait for', async () => {
  const { alfa, beta, ask, clock, network } = twoServers()
  network.cut(alfa.name, beta.name)
  const pauses: number[] = []
  for (let round = 0; round < 6; round += 1) {
    const before = network.requests.length
    const reasons = (await Promise.all([ask(), ask(), ask()])).map(reasonOf)
    if (round > 0) {
      assert.equal(network.requests.length, before + 1, 'one request tries')
      assert.deepEqual(reasons.sort(), ['away', 'away', 'connection'])
    }
    const pause = (alfa.transport.awayUntil(beta.name) ?? 0) - clock.now()
    pauses.push(pause)
    clock.advanceNow(pause)
  }
  for (const [index, pause] of pauses.entries()) {
    const whole = Math.min(1000 * 2 ** index, 8000)
    assert.ok(pause <= whole && pause >= 0.75 * whole, `pauses: ${pauses}`)
  }
})

test('a server that comes back answers all who waited for the one that tries', async () => {
  const { alfa, beta, ask, clock, network } = twoServers()
  network.cut(alfa.name, beta.name)
  await ask()
  network.heal(alfa.name, beta.name)
  beta.answering = () => version
  clock.advanceNow(1000)
  assert.deepEqual(
    (await Promise.all([ask(), ask(), ask()])).map((outcome) => outcome.ok),
    [true, true, true],
  )
  assert.equal(alfa.transport.awayUntil(beta.name), undefined)
})

test('a request from a server that was away ends its pause and wakes those who wait for it', async () => {
  const { alfa, beta, ask, network } = twoServers()
  const woken: ServerName[] = []
  const stop = alfa.transport.onAlive((server) => woken.push(server))
  alfa.answering = () => [200, { pdus: {} }]
  beta.answering = () => version
  network.cut(alfa.name, beta.name)
  await ask()
  network.heal(alfa.name, beta.name)
  assert.equal(reasonOf(await ask()), 'away')
  await beta.transport.sendTransaction(alfa.name, { txnId: '1', pdus: [], edus: [] })
  assert.deepEqual(woken, [beta.name])
  assert.equal((await ask()).ok, true)
  stop()
})

test('who is away is remembered over a restart, and forgotten when it is back', async () => {
  const { peers, alfa, beta, ask, network } = twoServers()
  network.cut(alfa.name, beta.name)
  await ask()
  await alfa.transport.close()
  assert.deepEqual(await database.run(countAway, beta.name), [{ count: 1 }])

  const restarted = new Peers(database)
  const again = restarted.add(alfa.name, { options })
  restarted.clock.setNow(peers.clock.now())
  assert.equal(reasonOf(await again.transport.getVersion(beta.name)), 'away')
  assert.equal(restarted.network.requests.length, 0)
  again.transport.markAlive(beta.name)
  await again.transport.close()
  assert.deepEqual(await database.run(countAway, beta.name), [{ count: 0 }])
})

test('a sign of life before the memory was read is not overruled by it', async () => {
  const { alfa, beta, ask, network } = twoServers()
  network.cut(alfa.name, beta.name)
  await ask()
  await alfa.transport.close()
  const again = new Peers(database).add(alfa.name, { options })
  again.transport.markAlive(beta.name)
  await until(() => again.transport.awayUntil(beta.name) === undefined)
  assert.notEqual(reasonOf(await again.transport.getVersion(beta.name)), 'away')
})

test('a person who waits is not told "away": a join is tried', async () => {
  const { alfa, beta, ask, network } = twoServers()
  network.cut(alfa.name, beta.name)
  await ask()
  network.heal(alfa.name, beta.name)
  beta.answering = () => [200, { room_version: '12', event: {} }]
  const asked = { roomId: '!r:x.se' as RoomId, userId: '@u:alfa.se' as UserId, versions: ['12'] }
  assert.equal((await alfa.transport.makeJoin(beta.name, asked)).ok, true)
  assert.equal(alfa.transport.awayUntil(beta.name), undefined)
})

test('a refusal is told by status and code, never by words; the server is alive', async () => {
  const { alfa, beta, ask } = twoServers()
  beta.answering = () => [403, { errcode: 'M_FORBIDDEN', error: 'Call me at 1-800-SCAM' }]
  const failure = failureOf(await ask())
  assert.deepEqual(failure, { kind: 'refused', destination: beta.name, status: 403, errcode: 'M_FORBIDDEN' })
  beta.answering = () => [429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1500 }]
  assert.equal((failureOf(await ask()) as { retryAfter?: number }).retryAfter, 1500)
  beta.answering = () => [500, { errcode: 'not a code\n' }]
  assert.equal((failureOf(await ask()) as { errcode?: string }).errcode, undefined)
  assert.equal(alfa.transport.awayUntil(beta.name), undefined)
})

test('the page of a proxy whose server is down means away; an error of the server itself does not', async () => {
  const { alfa, beta, ask } = twoServers()
  beta.answering = () => [503, { errcode: 'M_UNKNOWN' }]
  await ask()
  assert.equal(alfa.transport.awayUntil(beta.name), undefined)
  beta.answering = () => rawReply(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>')
  await ask()
  assert.notEqual(alfa.transport.awayUntil(beta.name), undefined)
})

test('answers that are too large, endless, no JSON, no object, or JSON that readers disagree about are bad', async () => {
  const { beta, ask } = twoServers()
  const endless = async function* () {
    for (;;) yield Buffer.alloc(65_536, 0x20)
  }
  const bad = [
    rawReply(200, {}, `{"a":"${'x'.repeat(1 << 20)}"}`),
    { status: 200, headers: {}, body: endless() },
    rawReply(200, {}, '<html>'),
    rawReply(200, {}, ''),
    rawReply(200, {}, '[]'),
    rawReply(200, {}, '{"a":1,"a":2}'),
    rawReply(200, {}, Buffer.from([0x7b, 0xff, 0x7d])),
    rawReply(200, {}, '['.repeat(100_000)),
  ]
  for (const answer of bad) {
    beta.answering = () => answer
    assert.equal(reasonOf(await ask()), 'bad-answer')
  }
})

test('a redirect is not followed: the place of a server is found by discovery alone', async () => {
  const { beta, ask } = twoServers()
  beta.answering = () => rawReply(302, { location: 'https://elsewhere.se/' }, '')
  assert.equal(reasonOf(await ask()), 'refused')
})

test('a caller who goes away ends the request, and it is not held against the server', async () => {
  const { alfa, beta, ask, clock, network } = twoServers()
  network.cut(alfa.name, beta.name, 'silent')
  const controller = new AbortController()
  const asking = ask(controller.signal)
  await until(() => clock.pending === 1)
  controller.abort()
  assert.equal(reasonOf(await asking), 'cancelled')
  assert.equal(reasonOf(await ask(AbortSignal.abort())), 'cancelled')
  assert.equal(alfa.transport.awayUntil(beta.name), undefined)
  assert.equal(clock.pending, 0)
})

test('a body that stops in the middle is a timeout', async () => {
  const { beta, ask, clock } = twoServers()
  const half = async function* () {
    yield Buffer.from('{"server":')
    await new Promise(() => undefined)
  }
  beta.answering = () => ({ status: 200, headers: {}, body: half() })
  const asking = ask()
  await until(() => clock.pending === 1)
  await clock.advance(10_000)
  assert.equal(reasonOf(await asking), 'timeout')
})

test('at most twelve requests are under way to one server, and what cannot wait is told so', async () => {
  const { beta, ask } = twoServers()
  const gate = Promise.withResolvers<void>()
  let now = 0
  let most = 0
  beta.answering = async () => {
    now += 1
    most = Math.max(most, now)
    await gate.promise
    now -= 1
    return version
  }
  const all = Array.from({ length: 300 }, () => ask())
  await until(() => now === 12)
  gate.resolve()
  const reasons = (await Promise.all(all)).map((outcome) => (outcome.ok ? 'ok' : reasonOf(outcome)))
  assert.equal(most, 12)
  assert.deepEqual([...new Set(reasons)].sort(), ['busy', 'ok'])
  assert.equal(reasons.filter((reason) => reason === 'ok').length, 212)
})

test('what still waits for its turn when the server turns out to be away does not wait longer', async () => {
  const { alfa, beta, ask, clock, network } = twoServers()
  network.cut(alfa.name, beta.name, 'silent')
  const all = Array.from({ length: 40 }, () => ask())
  await until(() => clock.pending === 12)
  await clock.advance(10_000)
  const reasons = (await Promise.all(all)).map(reasonOf)
  assert.equal(reasons.filter((reason) => reason === 'timeout').length, 12)
  assert.equal(reasons.filter((reason) => reason === 'away').length, 28)
})

test('the stop ends what is under way', async () => {
  const { alfa, beta, ask, clock, network } = twoServers()
  network.cut(alfa.name, beta.name, 'silent')
  const asking = ask()
  await until(() => clock.pending === 1)
  await alfa.transport.close()
  assert.equal(reasonOf(await asking), 'cancelled')
  assert.equal(reasonOf(await ask()), 'cancelled')
})

test('a server is never asked by itself', async () => {
  const { alfa, network } = twoServers()
  assert.equal(reasonOf(await alfa.transport.getVersion(alfa.name)), 'name')
  assert.equal(network.requests.length, 0)
})

test('a body in many pieces is put together', async () => {
  const { beta, ask } = twoServers()
  const text = JSON.stringify(version[1])
  const pieces = async function* () {
    for (const letter of text) yield* oneBody(Buffer.from(letter))
  }
  beta.answering = () => ({ status: 200, headers: {}, body: pieces() })
  assert.deepEqual(await ask(), { ok: true, value: { name: 'x', version: '1' } })
})
