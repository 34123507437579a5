// spec: docs/architecture.md §6; server-server-api #retrieving-server-keys

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { FakeClock, systemClock } from '#platform/clock/clock.ts'
import { connectDatabase, StartError } from '#platform/database/database.ts'
import { emptyTestDatabase } from '#platform/database/test-database.ts'
import type { Log } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { seal, unseal } from './seal.ts'
import { openTenancy, TenantExists, TenantUnknown, WrongServerName } from './tenancy.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

async function installation(t: TestContext) {
  const connections = await connectDatabase(await emptyTestDatabase(t), { clock: systemClock() })
  const dataFolder = mkdtempSync(path.join(tmpdir(), 'samband-tenancy-'))
  t.after(async () => {
    await connections.close()
    rmSync(dataFolder, { recursive: true })
  })
  const clock = new FakeClock()
  const start = () => openTenancy({ connections, dataFolder, clock, random: systemRandom(), log: silent })
  const ask = (sql: string) => connections.session((session) => session.run(sql))
  return { start, ask, clock, keyFile: path.join(dataFolder, 'secrets.key') }
}

test('a tenant is made with a schema and a key of its own, and is the same after a restart', async (t) => {
  const { start } = await installation(t)
  const tenants = await start()
  await tenants.create('alfa.example')
  await tenants.create('beta.example:8448', { settings: { registration: 'open' } })
  const alfa = await tenants.open('alfa.example')
  const beta = await tenants.open('beta.example:8448')
  assert.notEqual(alfa.schema, beta.schema)
  assert.notEqual(alfa.signingKey.publicKey, beta.signingKey.publicKey)
  assert.match(alfa.signingKey.keyId, /^ed25519:[a-zA-Z0-9]{6}$/)
  assert.deepEqual(await alfa.stream.append({ facts: [{ kind: 'x' }], rows: [] }), [1])
  assert.equal(beta.stream.head, 0)
  assert.equal(await tenants.open('alfa.example'), alfa)

  const again = await (await start()).open('beta.example:8448')
  assert.equal(again.signingKey.publicKey, beta.signingKey.publicKey)
  assert.equal(again.signingKey.sign('hej'), beta.signingKey.sign('hej'))
  assert.deepEqual(again.settings, { registration: 'open' })
  assert.deepEqual(
    (await tenants.list()).map(({ serverName }) => serverName),
    ['alfa.example', 'beta.example:8448'],
  )
})

test('a name that is no server name, or is taken, is refused', async (t) => {
  const { start } = await installation(t)
  const tenants = await start()
  await tenants.create('alfa.example')
  await assert.rejects(tenants.create('alfa.example'), TenantExists)
  for (const name of ['', 'Öl.example', 'a b', 'alfa.example/', '@anna:alfa.example', '[::1', 'alfa.example:port'])
    await assert.rejects(tenants.create(name), WrongServerName, name)
  await assert.rejects(tenants.open('gamma.example'), TenantUnknown)
})

test('a removed tenant is out of service with everything kept, until it is restored; dropped, it is gone', async (t) => {
  const { start, ask } = await installation(t)
  const tenants = await start()
  await tenants.create('alfa.example')
  const before = await tenants.open('alfa.example')
  await before.stream.append({ facts: [{ kind: 'x' }], rows: [] })

  await tenants.remove('alfa.example', { dropSchema: false })
  await assert.rejects(tenants.open('alfa.example'), TenantUnknown)
  await assert.rejects(tenants.create('alfa.example'), TenantExists)
  assert.ok((await tenants.list())[0]?.removedAt)
  await tenants.restore('alfa.example')
  const after = await tenants.open('alfa.example')
  assert.deepEqual([after.stream.head, after.signingKey.publicKey], [1, before.signingKey.publicKey])

  await tenants.remove('alfa.example', { dropSchema: true })
  assert.deepEqual(await tenants.list(), [])
  assert.deepEqual(await ask(`select 1 from pg_namespace where nspname = '${before.schema}'`), [])
  await assert.rejects(tenants.remove('alfa.example', { dropSchema: true }), TenantUnknown)
  const anew = await tenants.create('alfa.example')
  assert.notEqual(`t_${anew.id}`, before.schema)
})

test('a new key signs, the old one stays with its expiry', async (t) => {
  const { start, clock } = await installation(t)
  const tenants = await start()
  await tenants.create('alfa.example', { signingKey: { seed: new Uint8Array(32).fill(7), version: 'moved' } })
  const tenant = await tenants.open('alfa.example')
  const first = tenant.signingKey
  assert.equal(first.keyId, 'ed25519:moved')
  assert.deepEqual(tenant.oldKeys, [])
  await clock.advance(5_000)
  await tenant.rotateSigningKey()
  assert.notEqual(tenant.signingKey.keyId, first.keyId)
  const old = [{ keyId: first.keyId, publicKey: first.publicKey, expiredAt: clock.now() }]
  assert.deepEqual(tenant.oldKeys, old)
  const restarted = await (await start()).open('alfa.example')
  assert.deepEqual([restarted.signingKey.keyId, restarted.oldKeys], [tenant.signingKey.keyId, old])
})

test('settings are kept', async (t) => {
  const { start } = await installation(t)
  const tenants = await start()
  await tenants.create('alfa.example')
  const tenant = await tenants.open('alfa.example')
  await tenant.saveSettings({ name: 'Alfa kommun' })
  assert.deepEqual(tenant.settings, { name: 'Alfa kommun' })
  assert.deepEqual((await (await start()).open('alfa.example')).settings, { name: 'Alfa kommun' })
})

test('the key file is made once, for its owner alone; seeds are in the database only sealed', async (t) => {
  const { start, keyFile, ask } = await installation(t)
  const seed = new Uint8Array(32).fill(42)
  await (await start()).create('alfa.example', { signingKey: { seed, version: '1' } })
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  const before = readFileSync(keyFile, 'utf8')
  await start()
  assert.equal(readFileSync(keyFile, 'utf8'), before)
  const [row] = await ask('select sealed_seed from samband.signing_key')
  assert.ok(row?.['sealed_seed'] instanceof Uint8Array)
  assert.equal(Buffer.from(row['sealed_seed']).includes(Buffer.from(seed.subarray(0, 8))), false)
})

test('a missing, foreign, broken or open key file is told, and no new one is made', async (t) => {
  const { start, keyFile } = await installation(t)
  await (await start()).create('alfa.example')
  const right = readFileSync(keyFile, 'utf8')
  const refused = (words: RegExp) =>
    assert.rejects(start(), (error) => error instanceof StartError && words.test(error.message))
  chmodSync(keyFile, 0o644)
  await refused(/can be read by others.*chmod 600/)
  rmSync(keyFile)
  await refused(/is missing.*backup/)
  assert.throws(() => statSync(keyFile), { code: 'ENOENT' })
  writeFileSync(keyFile, 'not a key\n', { mode: 0o600 })
  await refused(/does not hold a key/)
  writeFileSync(keyFile, `${Buffer.alloc(32, 1).toString('base64url')}\n`)
  await refused(/does not fit the database/)
  writeFileSync(keyFile, right)
  await (await start()).open('alfa.example')
})

test('several processes that start at once agree on one key file', async (t) => {
  const { start } = await installation(t)
  const all = await Promise.all(Array.from({ length: 4 }, start))
  await all[0]?.create('alfa.example')
  for (const tenants of all) await tenants.open('alfa.example')
})

test('a tenant whose making was interrupted is made whole at the next start', async (t) => {
  const { start, ask } = await installation(t)
  const tenants = await start()
  const { id } = await tenants.create('alfa.example')
  await ask(`drop schema t_${id} cascade`)
  const again = await (await start()).open('alfa.example')
  assert.equal(again.stream.head, 0)
})

test('a sealed secret opens only with its key, for its purpose, unchanged', () => {
  const key = Buffer.alloc(32, 1)
  const sealed = seal(key, 'for alfa', Buffer.from('secret'))
  assert.equal(String(unseal(key, 'for alfa', sealed)), 'secret')
  assert.equal(unseal(key, 'for beta', sealed), undefined)
  assert.equal(unseal(Buffer.alloc(32, 2), 'for alfa', sealed), undefined)
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed)
    changed[i] = (changed[i] ?? 0) ^ 1
    assert.equal(unseal(key, 'for alfa', changed), undefined)
  }
  assert.equal(unseal(key, 'for alfa', sealed.subarray(0, 20)), undefined)
  assert.notDeepEqual(seal(key, 'for alfa', Buffer.from('secret')), sealed)
})
