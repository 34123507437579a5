import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { accountsMeant, newUserId } from './usernames.ts'

const server = parseServerName('hs1:8448') as ServerName

test('a new username has the characters of the grammar, and capitals become small', () => {
  assert.equal(newUserId('Anna.Andersson_1=-/+', server), '@anna.andersson_1=-/+:hs1:8448')
  for (const username of ['', 'å', 'a b', 'a:b', '@a', 'a"', 'a\0', 'a'.repeat(246)]) {
    assert.throws(() => newUserId(username, server), { errcode: 'M_INVALID_USERNAME' }, username)
  }
})

test('a login may name the localpart or the user ID, with capitals the small one is tried second', () => {
  assert.deepEqual(accountsMeant('anna', server), ['@anna:hs1:8448'])
  assert.deepEqual(accountsMeant('@anna:hs1:8448', server), ['@anna:hs1:8448'])
  assert.deepEqual(accountsMeant('@Anna:hs1:8448', server), ['@Anna:hs1:8448', '@anna:hs1:8448'])
})

test('a user of another server is nobody here', () => {
  assert.deepEqual(accountsMeant('@anna:hs2', server), [])
  assert.deepEqual(accountsMeant('anna:hs2', server), [])
})
