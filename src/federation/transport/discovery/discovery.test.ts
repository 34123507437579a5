import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as everythingSettled } from 'node:timers/promises'
import { FakeClock } from '#platform/clock/clock.ts'
import { seededRandom } from '#platform/random/random.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { Discovery } from './discovery.ts'
import { type Zone, ZoneDns } from './dns-for-tests.ts'

const named = (text: string): ServerName => parseServerName(text) ?? assert.fail(text)

function discoveryOf(zone: Zone, delegations: Record<string, string> = {}, cacheFailures = true) {
  const clock = new FakeClock()
  const dns = new ZoneDns(zone)
  const wellKnownAsked: string[] = []
  const wellKnown = {
    delegateOf: (host: string) => {
      wellKnownAsked.push(host)
      const delegate = delegations[host]
      return Promise.resolve(delegate === undefined ? undefined : named(delegate))
    },
  }
  const discovery = new Discovery({ dns, wellKnown, clock, random: seededRandom(1), cacheFailures })
  const resolve = async (name: string) => {
    const { places, hostHeader, certificateName } = await discovery.resolve(named(name))
    return {
      at: places.map(({ address, port }) => `${address} ${port}`),
      host: hostHeader,
      certificate: certificateName,
    }
  }
  return { clock, dns, discovery, resolve, wellKnownAsked }
}

const service = (name: string, port: number, priority = 10, weight = 5) => ({ name, port, priority, weight })

test('step 1: an IP literal is connected to at its port or 8448, nothing is looked up', async () => {
  const { resolve, dns, wellKnownAsked } = discoveryOf({})
  assert.deepEqual(await resolve('1.2.3.4'), { at: ['1.2.3.4 8448'], host: '1.2.3.4', certificate: '1.2.3.4' })
  assert.deepEqual(await resolve('1.2.3.4:80'), { at: ['1.2.3.4 80'], host: '1.2.3.4:80', certificate: '1.2.3.4' })
  assert.deepEqual(await resolve('[::5]'), { at: ['::5 8448'], host: '[::5]', certificate: '::5' })
  assert.deepEqual(await resolve('[::5]:443'), { at: ['::5 443'], host: '[::5]:443', certificate: '::5' })
  assert.deepEqual([dns.asked, wellKnownAsked], [[], []])
})

test('step 2: a name with a port asks for addresses only', async () => {
  const { resolve, dns, wellKnownAsked } = discoveryOf(
    { addresses: { 'a.se': ['::7', '9.9.9.9'] } },
    { 'a.se': 'x.se' },
  )
  assert.deepEqual(await resolve('a.se:1234'), {
    at: ['::7 1234', '9.9.9.9 1234'],
    host: 'a.se:1234',
    certificate: 'a.se',
  })
  assert.deepEqual([dns.asked, wellKnownAsked], [['A a.se'], []])
})

test('step 3.1 and 3.2: a delegation to an address, or a name with a port', async () => {
  const zone = { addresses: { 'd.se': ['9.9.9.9'] } }
  const { resolve } = discoveryOf(zone, { 'a.se': '1.2.3.4', 'b.se': '[::1]:5', 'c.se': 'd.se:77' })
  assert.deepEqual(await resolve('a.se'), { at: ['1.2.3.4 8448'], host: '1.2.3.4', certificate: '1.2.3.4' })
  assert.deepEqual(await resolve('b.se'), { at: ['::1 5'], host: '[::1]:5', certificate: '::1' })
  assert.deepEqual(await resolve('c.se'), { at: ['9.9.9.9 77'], host: 'd.se:77', certificate: 'd.se' })
})

test('step 3.3 to 3.5: a delegation to a name asks _matrix-fed, then _matrix, then addresses; the certificate is for the delegate', async () => {
  const addresses = { 'd.se': ['1.1.1.1'], 'fed.se': ['2.2.2.2'], 'old.se': ['3.3.3.3'] }
  const fed = { '_matrix-fed._tcp.d.se': [service('fed.se', 1)] }
  const old = { '_matrix._tcp.d.se': [service('old.se', 2)] }
  const at = async (services: Record<string, ReturnType<typeof service>[]>) =>
    await discoveryOf({ addresses, services }, { 'a.se': 'd.se' }).resolve('a.se')
  assert.deepEqual(await at({ ...fed, ...old }), { at: ['2.2.2.2 1'], host: 'd.se', certificate: 'd.se' })
  assert.deepEqual(await at(old), { at: ['3.3.3.3 2'], host: 'd.se', certificate: 'd.se' })
  assert.deepEqual(await at({}), { at: ['1.1.1.1 8448'], host: 'd.se', certificate: 'd.se' })
})

test('step 4 to 6: without a delegation the same, and the certificate is for the name itself', async () => {
  const addresses = { 'a.se': ['1.1.1.1'], 'fed.se': ['2.2.2.2'], 'old.se': ['3.3.3.3'] }
  const fed = { '_matrix-fed._tcp.a.se': [service('fed.se', 1)] }
  const old = { '_matrix._tcp.a.se': [service('old.se', 2)] }
  const at = async (services: Record<string, ReturnType<typeof service>[]>) =>
    await discoveryOf({ addresses, services }).resolve('a.se')
  assert.deepEqual(await at({ ...fed, ...old }), { at: ['2.2.2.2 1'], host: 'a.se', certificate: 'a.se' })
  assert.deepEqual(await at(old), { at: ['3.3.3.3 2'], host: 'a.se', certificate: 'a.se' })
  assert.deepEqual(await at({}), { at: ['1.1.1.1 8448'], host: 'a.se', certificate: 'a.se' })
})

test('services are tried by priority, and one that points to "." is not offered', async () => {
  const addresses = { 'x.se': ['1.1.1.1'], 'y.se': ['2.2.2.2', '::2'], 'z.se': ['3.3.3.3'] }
  const records = [service('z.se', 3, 30), service('x.se', 1, 10), service('y.se', 2, 20), service('.', 9, 0)]
  const { resolve } = discoveryOf({ addresses, services: { '_matrix-fed._tcp.a.se': records } })
  assert.deepEqual((await resolve('a.se')).at, ['1.1.1.1 1', '2.2.2.2 2', '::2 2', '3.3.3.3 3'])
})

test('an answer is kept as long as the DNS says', async () => {
  const { resolve, dns, clock } = discoveryOf({ addresses: { 'a.se': ['1.1.1.1'] }, ttl: 60_000 })
  await resolve('a.se:1')
  clock.advanceNow(59_999)
  await resolve('a.se:1')
  assert.equal(dns.asked.length, 1)
  clock.advanceNow(1)
  await resolve('a.se:1')
  assert.equal(dns.asked.length, 2)
})

test('where nobody answered is looked up anew, and still tried until that is done', async () => {
  const { resolve, dns, discovery } = discoveryOf({ addresses: { 'a.se': ['1.1.1.1'] } })
  await resolve('a.se:1')
  dns.zone = { addresses: { 'a.se': ['2.2.2.2'] } }
  discovery.forget(named('a.se:1'))
  assert.deepEqual((await resolve('a.se:1')).at, ['1.1.1.1 1'], 'no wait for the resolver')
  await everythingSettled()
  assert.deepEqual((await resolve('a.se:1')).at, ['2.2.2.2 1'], 'the server has moved')
  assert.equal(dns.asked.length, 2)
})

test('where nobody answered is not tried for longer than five minutes, however long the resolver is silent', async () => {
  const { resolve, dns, discovery, clock } = discoveryOf({ addresses: { 'a.se': ['1.1.1.1'] } })
  await resolve('a.se:1')
  const answer = Promise.withResolvers<void>()
  dns.before = answer.promise
  discovery.forget(named('a.se:1'))
  clock.advanceNow(299_999)
  assert.deepEqual((await resolve('a.se:1')).at, ['1.1.1.1 1'])
  clock.advanceNow(1)
  const later = resolve('a.se:1')
  dns.zone = {}
  answer.resolve()
  assert.deepEqual((await later).at, [])
})

test('that nothing was found is remembered, unless the configuration says that failures are not', async () => {
  const remembering = discoveryOf({})
  await remembering.resolve('a.se:1')
  await remembering.resolve('a.se:1')
  assert.equal(remembering.dns.asked.length, 1)
  const forgetting = discoveryOf({}, {}, false)
  assert.deepEqual((await forgetting.resolve('a.se:1')).at, [])
  forgetting.dns.zone = { addresses: { 'a.se': ['1.1.1.1'] } }
  assert.deepEqual((await forgetting.resolve('a.se:1')).at, ['1.1.1.1 1'])
})

test('callers who ask at once share the look-ups', async () => {
  const { resolve, dns } = discoveryOf({ addresses: { 'a.se': ['1.1.1.1'] } })
  await Promise.all([resolve('a.se'), resolve('a.se'), resolve('a.se')])
  assert.deepEqual(dns.asked, ['SRV _matrix-fed._tcp.a.se', 'SRV _matrix._tcp.a.se', 'A a.se'])
})
