// Packing messages for another server.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '#platform/random/random.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, type JsonObject } from '#protocol/json/json.ts'
import { edusOf } from './direct-to-device.ts'

const sender = '@sven:alfa.example' as UserId

test('every message is in exactly one EDU, and every EDU is canonical and within 64 KiB', () => {
  const text = fc
    .tuple(fc.constantFrom('a', 'å', '"', '𝄞'), fc.integer({ min: 0, max: 12_000 }))
    .map(([c, n]) => c.repeat(n))
  const user = fc.constantFrom('@a:beta.example', '@"å:beta.example', '@𝄞:beta.example')
  const messages = fc.array(fc.tuple(user, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), text), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(messages, (list) => {
      const asked = new Map<UserId, Map<DeviceId, JsonObject>>()
      for (const [userId, device, body] of list) {
        const devices = asked.get(userId as UserId) ?? new Map<DeviceId, JsonObject>()
        asked.set(userId as UserId, devices.set(device as DeviceId, { body }))
      }
      const sent: string[] = []
      const ids = new Set<string>()
      const edus = edusOf({ sender, type: 'm.test', messages: asked }, seededRandom(1))
      for (const edu of edus) {
        assert.ok(Buffer.byteLength(edu) <= 65_536)
        const parsed = JSON.parse(edu) as { content: { message_id: string; messages: { [user: string]: JsonObject } } }
        assert.equal(canonicalJson(parsed as unknown as JsonObject), edu)
        ids.add(parsed.content.message_id)
        for (const [userId, devices] of Object.entries(parsed.content.messages)) {
          for (const [device, content] of Object.entries(devices)) sent.push(JSON.stringify([userId, device, content]))
        }
      }
      const wanted = [...asked].flatMap(([userId, devices]) =>
        [...devices].map(([device, content]) => JSON.stringify([userId, device, content])),
      )
      assert.deepEqual(sent.sort(), wanted.sort())
      assert.equal(ids.size, edus.length)
    }),
    { numRuns: 60 },
  )
})

test('a message that has no canonical form is left out, the others go', () => {
  const contents = new Map<DeviceId, JsonObject>([
    ['BAD' as DeviceId, { text: '\ud800' }],
    ['GOOD' as DeviceId, { text: 'ok', fraction: 0.5 }],
  ])
  const messages = new Map([['@a:beta.example' as UserId, contents]])
  const [edu, ...more] = edusOf({ sender, type: 'm.test', messages }, seededRandom(1))
  assert.deepEqual(more, [])
  assert.deepEqual(JSON.parse(edu ?? '').content.messages, {
    '@a:beta.example': { GOOD: { text: 'ok', fraction: 0.5 } },
  })
})

test('nothing to send makes no EDU', () => {
  assert.deepEqual(edusOf({ sender, type: 'm.test', messages: new Map() }, seededRandom(1)), [])
})
