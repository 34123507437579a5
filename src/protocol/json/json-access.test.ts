// spec: appendices #canonical-json

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  arrayAt,
  booleanAt,
  integerAt,
  isObject,
  member,
  objectAt,
  stringAt,
  stringsAt,
  withMember,
  withoutMembers,
} from './json.ts'

test('only own members are found, however they are named', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
    assert.equal(member({}, name), undefined)
  assert.equal(member(JSON.parse('{"__proto__":1}'), '__proto__'), 1)
})

test('a member of another type is as good as none', () => {
  const object = {
    text: 'a',
    number: 1,
    fraction: 1.5,
    yes: true,
    list: ['a'],
    mixed: ['a', 1],
    nothing: null,
    inner: {},
  }
  assert.equal(stringAt(object, 'number'), undefined)
  assert.equal(integerAt(object, 'fraction'), undefined)
  assert.equal(booleanAt(object, 'nothing'), undefined)
  assert.equal(objectAt(object, 'list'), undefined)
  assert.equal(objectAt(object, 'nothing'), undefined)
  assert.equal(arrayAt(object, 'inner'), undefined)
  assert.equal(stringsAt(object, 'mixed'), undefined)
  assert.deepEqual(stringsAt(object, 'list'), ['a'])
  assert.equal(integerAt(object, 'number'), 1)
  assert.equal(isObject([]), false)
})

test('copies with and without members keep __proto__ a member', () => {
  const hostile = JSON.parse('{"__proto__":{"a":1},"b":2}')
  assert.equal(JSON.stringify(withoutMembers(hostile, 'b')), '{"__proto__":{"a":1}}')
  assert.equal(JSON.stringify(withMember({}, '__proto__', { a: 1 })), '{"__proto__":{"a":1}}')
})
