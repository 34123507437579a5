// The connection breaks at the commit itself: before it reaches the database, or after, when only the answer is lost.
// spec: docs/architecture.md §9

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type Clock, FakeClock, systemClock } from '#platform/clock/clock.ts'
import { connectDatabase } from '#platform/database/database.ts'
import { type TestScope, testDatabase } from '#platform/database/test-database.ts'
import type { Log } from '#platform/log/log.ts'
import { entries, makeLedger, readEntries } from './ledger-for-tests.ts'
import { openStream, UnknownOutcome } from './stream.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

/** What happens to the next commit that passes: `lose` it, or pass it and `cut` off the answer. Then everything passes again. */
interface Proxy {
  next: 'pass' | 'lose' | 'cut'
  /** Refuse everybody who comes. */
  closed: boolean
}

async function behindProxy(t: TestScope, clock: Clock = systemClock()) {
  const test = await testDatabase(t)
  await makeLedger(test.connections, 'ledger')
  const { settings } = test
  assert.ok('host' in settings)
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-proxy-'))
  const proxy: Proxy = { next: 'pass', closed: false }
  const sockets = new Set<net.Socket>()
  const broken = (client: net.Socket) => {
    client.destroy()
    proxy.next = 'pass'
  }
  const server = net.createServer((client) => {
    const upstream = net.connect(`${settings.host}/.s.PGSQL.${settings.port}`)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    if (proxy.closed) client.destroy()
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.pipe(client)
    client.on('data', (bytes) => {
      if (proxy.next === 'pass' || !bytes.includes('commit\0')) {
        upstream.write(bytes)
        return
      }
      if (proxy.next === 'cut') {
        upstream.unpipe(client)
        upstream.write(bytes)
        // The answer to the commit is there, and nobody hears it.
        upstream.once('data', () => broken(client)).resume()
      } else broken(client)
    })
  })
  await new Promise<void>((resolve) => server.listen(path.join(folder, '.s.PGSQL.5432'), resolve))
  const connections = await connectDatabase({ ...settings, host: folder, port: 5432 }, { clock })
  t.after(async () => {
    proxy.closed = false
    await connections.close()
    for (const socket of sockets) socket.destroy()
    server.close()
    rmSync(folder, { recursive: true })
  })
  const database = connections.schema('ledger')
  return { proxy, sockets, database, stream: await openStream({ schema: database, clock, log: silent }) }
}

test('the commit is lost on the way: it is done again, once', async (t) => {
  const { proxy, stream, database } = await behindProxy(t)
  await stream.append(entries('before'))
  proxy.next = 'lose'
  assert.deepEqual(await stream.append(entries('a', 2)), [2, 3])
  assert.deepEqual(
    (await database.run(readEntries)).map(({ id, position }) => `${position} ${id}`),
    ['1 before.0', '2 a.0', '3 a.1'],
  )
})

test('the answer to the commit is lost: the database is asked, and the act is not done twice', async (t) => {
  const { proxy, stream, database } = await behindProxy(t)
  await stream.append(entries('before'))
  proxy.next = 'cut'
  assert.deepEqual(await stream.append(entries('a', 2)), [2, 3])
  assert.deepEqual(
    (await database.run(readEntries)).map(({ id }) => id),
    ['before.0', 'a.0', 'a.1'],
  )
  assert.equal(stream.head, 3)
})

test('the database does not come back in time: the outcome is unknown, and said to be', async (t) => {
  const clock = new FakeClock()
  const { proxy, sockets, stream, database } = await behindProxy(t, clock)
  await stream.append(entries('before'))
  proxy.next = 'cut'
  proxy.closed = true
  let settled = false
  const told = assert.rejects(stream.append(entries('a')), UnknownOutcome).finally(() => {
    settled = true
  })
  const cut = () => proxy.next === 'pass'
  while (!cut()) await new Promise(setImmediate)
  // Readers' connections go too: there is nobody left to ask.
  while (!settled) {
    for (const socket of sockets) socket.destroy()
    await clock.advance(100)
  }
  await told
  proxy.closed = false
  assert.equal((await database.run(readEntries)).length, 2)
  await stream.refresh()
  assert.equal(stream.head, 2)
})
