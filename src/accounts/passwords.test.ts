import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '#protocol/errors/errors.ts'
import { Passwords } from './passwords.ts'

const passwords = new Passwords({ minimumLength: 8, memoryKiB: 64, passes: 1 })

test('a password matches its own hash, and no other', async () => {
  const hash = await passwords.hash('correct horse')
  assert.match(hash, /^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
  assert.equal(await passwords.verify(hash, 'correct horse'), true)
  assert.equal(await passwords.verify(hash, 'correct horsE'), false)
})

test('nobody has a password, not even the one of the decoy', async () => {
  assert.equal(await passwords.verify(undefined, 'nobody has this password'), false)
})

test('å typed as one character and as two is the same password', async () => {
  const hash = await passwords.hash('sm\u00e5 \u00e5lar')
  assert.equal(await passwords.verify(hash, 'sma\u030a a\u030alar'), true)
})

test('a hash of another cost still matches, and is known to be outdated', async () => {
  const stronger = new Passwords({ minimumLength: 8, memoryKiB: 128, passes: 2 })
  const hash = await passwords.hash('correct horse')
  assert.equal(await stronger.verify(hash, 'correct horse'), true)
  assert.equal(stronger.isOutdated(hash), true)
  assert.equal(passwords.isOutdated(hash), false)
})

test('M_WEAK_PASSWORD: too short in characters, or the username itself; M_INVALID_PARAM: over 1,024 bytes', () => {
  const errcodeOf = (password: string, localpart = 'anna') => {
    try {
      passwords.refuseWeak(password, localpart)
      return undefined
    } catch (error) {
      return error instanceof MatrixError ? error.errcode : error
    }
  }
  assert.equal(errcodeOf('1234567'), 'M_WEAK_PASSWORD')
  assert.equal(errcodeOf('12345678'), undefined)
  assert.equal(errcodeOf('🦆🦆🦆🦆'), 'M_WEAK_PASSWORD')
  assert.equal(errcodeOf('Anna.Andersson', 'anna.andersson'), 'M_WEAK_PASSWORD')
  assert.equal(errcodeOf('å'.repeat(512)), undefined)
  assert.equal(errcodeOf('å'.repeat(513)), 'M_INVALID_PARAM')
})
