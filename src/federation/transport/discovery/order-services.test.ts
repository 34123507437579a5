import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '#platform/random/random.ts'
import type { Service } from './dns.ts'
import { orderServices } from './order-services.ts'

const record: fc.Arbitrary<Service> = fc.record({
  name: fc.constantFrom('a.se', 'b.se', 'c.se', '.', ''),
  port: fc.integer({ min: 1, max: 65_535 }),
  priority: fc.nat(3),
  weight: fc.nat(100),
})

test('priorities never fall, nothing is invented, lost or doubled, and at most eight are tried', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), fc.integer(), (services, seed) => {
      const ordered = orderServices(services, seededRandom(seed))
      const offered = services.filter(({ name }) => name !== '' && name !== '.')
      assert.equal(ordered.length, Math.min(8, offered.length))
      assert.equal(new Set(ordered).size, ordered.length)
      for (const service of ordered) assert.ok(offered.includes(service))
      for (const [index, { priority }] of ordered.entries()) assert.ok(priority >= (ordered[index - 1]?.priority ?? 0))
      if (offered.length <= 8) return
      const last = ordered.at(-1)?.priority ?? 0
      for (const service of offered) assert.ok(ordered.includes(service) || service.priority >= last)
    }),
  )
})

test('within a priority the first is drawn in proportion to the weights', () => {
  const services: Service[] = [
    { name: 'heavy.se', port: 1, priority: 1, weight: 90 },
    { name: 'light.se', port: 1, priority: 1, weight: 10 },
  ]
  const random = seededRandom(7)
  let heavy = 0
  for (let draw = 0; draw < 2000; draw += 1) if (orderServices(services, random)[0]?.name === 'heavy.se') heavy += 1
  assert.ok(heavy > 1700 && heavy < 1900, `heavy was first ${heavy} times of 2000`)
})
