// spec: docs/manual (database.url)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { connectDatabase, StartError } from './database.ts'
import { refuseUnfit } from './server-check.ts'
import { emptyTestDatabase } from './test-database.ts'
import { testServer } from './test-server.ts'

const fit = { version: 150_018, encoding: 'UTF8', mayCreate: true, standby: false }

test('PostgreSQL 15 and newer with UTF8 is taken; others are refused with what to do', () => {
  refuseUnfit(fit, 'PostgreSQL at db')
  refuseUnfit({ ...fit, version: 180_004 }, 'PostgreSQL at db')
  const refused = (found: object, words: RegExp) =>
    assert.throws(
      () => refuseUnfit({ ...fit, ...found }, 'PostgreSQL at db'),
      (error) => error instanceof StartError && words.test(error.message),
    )
  refused({ version: 140_010 }, /version 14.*15 or newer/)
  refused({ encoding: 'SQL_ASCII' }, /SQL_ASCII.*create database/)
  refused({ standby: true }, /standby.*primary/)
  refused({ mayCreate: false }, /grant create/)
})

test('a database of another encoding is refused at connecting', async (t) => {
  const { settings } = await testServer()
  const empty = await emptyTestDatabase(t)
  const admin = await connectDatabase(empty, { clock: systemClock() })
  const name = `ascii_${process.pid}`
  await admin.session(async (session) => {
    await session.run(`create database ${name} template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'`)
  })
  t.after(async () => {
    await admin.session((session) => session.run(`drop database ${name}`))
    await admin.close()
  })
  await assert.rejects(connectDatabase({ ...settings, database: name }, { clock: systemClock() }), /SQL_ASCII/)
})

test('an address where nobody answers, a wrong password, and a missing database are told in a sentence without the password', async () => {
  const { settings } = await testServer()
  const attempts = [
    { url: 'postgres://anna:hemligt@127.0.0.1:1/samband' },
    { ...settings, password: 'hemligt' },
    { ...settings, database: 'no_such_database' },
  ]
  for (const attempt of attempts)
    await assert.rejects(connectDatabase(attempt, { clock: systemClock() }), (error) => {
      assert.ok(error instanceof StartError)
      assert.match(error.message, /Check database\.url/)
      assert.doesNotMatch(error.message, /hemligt/)
      return true
    })
})

test('the address of a running server works as a URL', async (t) => {
  const { settings } = await testServer()
  const { host, user, password, database } = settings
  const url = `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}`
  const connections = await connectDatabase({ url }, { clock: systemClock() })
  t.after(() => connections.close())
  assert.deepEqual(await connections.session((session) => session.run('select 1 as one')), [{ one: 1 }])
})
