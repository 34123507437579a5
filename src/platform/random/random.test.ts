import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom, systemRandom } from './random.ts'

for (const [name, random] of [
  ['system', systemRandom()],
  ['seeded', seededRandom(7)],
] as const) {
  test(`${name} random: text has the length asked for, only letters and digits, all of them, about evenly`, () => {
    const text = random.text(62_000)
    assert.match(text, /^[a-zA-Z0-9]{62000}$/)
    const counts = new Map<string, number>()
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
    assert.equal(counts.size, 62)
    for (const count of counts.values()) assert.ok(count > 780 && count < 1220, `${count}`)
  })

  test(`${name} random: bytes and fractions are in their range`, () => {
    assert.equal(random.bytes(17).length, 17)
    assert.equal(random.text(0), '')
    const drawn = Array.from({ length: 1000 }, () => random.fraction())
    assert.ok(drawn.every((value) => value >= 0 && value < 1))
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
    assert.ok(mean > 0.4 && mean < 0.6)
  })
}

test('seeded random: the same seed gives the same, another gives another', () => {
  assert.equal(seededRandom(1).text(20), seededRandom(1).text(20))
  assert.notEqual(seededRandom(1).text(20), seededRandom(2).text(20))
})
