// Power levels of all room versions.
// spec: client-server-api #mroompower_levels, rooms/fragments/v1-stringy-power-levels, v1-floaty-power-levels, rooms/v12

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { alice, anna, aRoom, bob, charlie } from '#protocol/room-for-tests/room-for-tests.ts'
import { roomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import {
  comparePowerLevels,
  creatorsOf,
  isAtLeast,
  outranks,
  type PowerLevel,
  parseLevel,
  powerLevelOf,
  requiredLevelFor,
  requiredLevelTo,
  requiredLevelToNotify,
  roomPower,
} from './power-levels.ts'

const powerWith = (id: '1' | '9' | '10' | '11' | '12', levels?: JsonObject, create?: JsonObject) => {
  const room = aRoom(roomVersion(id)).createdBy(alice, create)
  return roomPower(levels === undefined ? room : room.powerLevels(levels), room.version)
}

const cases: readonly [
  value: Json,
  untilV5: number | undefined,
  untilV9: number | undefined,
  sinceV10: number | undefined,
][] = [
  [50, 50, 50, 50],
  [-5, -5, -5, -5],
  ['50', 50, 50, undefined],
  ['000100', 100, 100, undefined],
  [' +100 ', 100, 100, undefined],
  ['-100', -100, -100, undefined],
  ['1.5', undefined, undefined, undefined],
  ['1e3', undefined, undefined, undefined],
  ['0x10', undefined, undefined, undefined],
  ['', undefined, undefined, undefined],
  [' ', undefined, undefined, undefined],
  ['9'.repeat(400), undefined, undefined, undefined],
  [50.57, 50, undefined, undefined],
  [-50.57, -50, undefined, undefined],
  [null, undefined, undefined, undefined],
  [true, undefined, undefined, undefined],
  [['50'], undefined, undefined, undefined],
  [{}, undefined, undefined, undefined],
]
for (const [value, untilV5, untilV9, sinceV10] of cases) {
  test(`a level written ${JSON.stringify(value).slice(0, 20)} is read as its room version says`, () => {
    for (const version of roomVersions) {
      const number = Number(version.id)
      const expected = number <= 5 ? untilV5 : number <= 9 ? untilV9 : sinceV10
      assert.equal(parseLevel(value, version), expected, version.id)
    }
  })
}

test('a float that the reader keeps as text is truncated too, and one beyond a double is none', () => {
  const read = (text: string) => {
    const parsed = parseJson(`{"level":${text}}`, { numbers: 'faithful' })
    assert.ok('ok' in parsed)
    return parseLevel((parsed.ok as JsonObject)['level'], roomVersion('5'))
  }
  assert.equal(read('50.0'), 50)
  assert.equal(read('5.114698E4'), 51146)
  assert.equal(read('9'.repeat(400)), undefined)
})

test('without power levels the creator has 100 until v11 and nobody else anything', () => {
  for (const id of ['1', '9', '10', '11'] as const) {
    assert.equal(powerLevelOf(alice, powerWith(id)), 100)
    assert.equal(powerLevelOf(bob, powerWith(id)), 0)
  }
})

test('with power levels the creator is a user like others until v11', () => {
  assert.equal(powerLevelOf(alice, powerWith('11', { users: { [bob]: 100 }, users_default: 7 })), 7)
})

test('creators outrank every integer since v12, with and without power levels', () => {
  const extra = { additional_creators: [anna, anna, alice] }
  for (const levels of [undefined, { users: { [bob]: Number.MAX_SAFE_INTEGER } }]) {
    const power = powerWith('12', levels, extra)
    assert.equal(powerLevelOf(alice, power), 'creator')
    assert.equal(powerLevelOf(anna, power), 'creator')
    assert.ok(outranks(powerLevelOf(alice, power), powerLevelOf(bob, power)))
  }
  const create = aRoom(roomVersion('12')).createdBy(alice, extra).get('m.room.create', '')
  assert.deepEqual(create && creatorsOf(create), [alice, anna])
})

test('additional creators count for nothing before v12', () => {
  assert.equal(powerLevelOf(anna, powerWith('11', undefined, { additional_creators: [anna] })), 0)
})

test('the defaults hold with and without power levels', () => {
  for (const power of [powerWith('11'), powerWith('11', {})]) {
    const actions = (['invite', 'kick', 'ban', 'redact'] as const).map((action) => requiredLevelTo(action, power))
    assert.deepEqual(actions, [0, 50, 50, 50])
    assert.equal(requiredLevelFor({ type: 'm.room.message', isState: false }, power), 0)
    assert.equal(requiredLevelFor({ type: 'm.room.topic', isState: true }, power), 50)
    assert.equal(requiredLevelToNotify('room', power), 50)
  }
})

test('an entry goes before its default', () => {
  const levels = { events: { x: 3 }, events_default: 1, state_default: 2, notifications: { room: 4 }, ban: 5 }
  const power = powerWith('11', { ...levels, users: { [charlie]: 9 }, users_default: 6 })
  assert.equal(requiredLevelFor({ type: 'x', isState: true }, power), 3)
  assert.equal(requiredLevelFor({ type: 'y', isState: true }, power), 2)
  assert.equal(requiredLevelFor({ type: 'y', isState: false }, power), 1)
  assert.equal(requiredLevelToNotify('room', power), 4)
  assert.equal(requiredLevelTo('ban', power), 5)
  assert.equal(powerLevelOf(charlie, power), 9)
  assert.equal(powerLevelOf(bob, power), 6)
})

test('a type named like a member of every object finds nothing', () => {
  const power = powerWith('11', { events: {}, users: {} })
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(requiredLevelFor({ type: name, isState: false }, power), 0)
    assert.equal(powerLevelOf(name, power), 0)
  }
})

test('levels are ordered, creators above all and beside each other', () => {
  const ordered: PowerLevel[] = ['creator', 100, -1, Number.MAX_SAFE_INTEGER, 0]
  assert.deepEqual(ordered.sort(comparePowerLevels), [-1, 0, 100, Number.MAX_SAFE_INTEGER, 'creator'])
  assert.equal(outranks('creator', 'creator'), false)
  assert.equal(outranks(5, 5), false)
  assert.equal(isAtLeast('creator', Number.MAX_SAFE_INTEGER), true)
  assert.equal(isAtLeast(50, 50), true)
  assert.equal(isAtLeast(49, 50), false)
})
