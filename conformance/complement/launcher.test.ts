import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type CertificateAndKey, createAuthority } from '#platform/certificates/certificates.ts'
import { testServer } from '#platform/database/test-server.ts'
import { systemRandom } from '#platform/random/random.ts'

const launcher = path.join(import.meta.dirname, 'launcher')
const limits = { timeout: 900_000 }

test('a server in a folder starts, registers, stops, is copied whole, and is removed: embedded database', limits, (t) =>
  liveThrough(t, {}),
)

test('the same in a PostgreSQL that the suite brings: one database per folder', limits, async (t) => {
  const { settings } = await testServer()
  // The tests' server asks for a password, which the driver also takes from the environment.
  await liveThrough(t, { PGHOST: settings.host, PGUSER: settings.user, PGPASSWORD: settings.password })
})

test('wrong use ends with 2 and says how it is meant', () => {
  for (const words of [[], ['run'], ['clone', '/a'], ['sing', '/a']]) {
    const { status, stderr } = spawnSync(launcher, words, { encoding: 'utf8' })
    assert.equal(status, 2, words.join(' '))
    assert.match(stderr, /launcher run ROOT/)
  }
})

test('what never ran is destroyed without complaint', () => {
  const { status, stderr } = spawnSync(launcher, ['destroy', '/nowhere/to/be/found'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})

interface Scope {
  after(act: () => void): void
}

async function liveThrough(t: Scope, environment: NodeJS.ProcessEnv): Promise<void> {
  const home = mkdtempSync(path.join(tmpdir(), 'samband-launch-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const authority = createAuthority({
    name: 'Suite',
    validity: { from: Date.now() - 60_000, until: Date.now() + 3_600_000 },
    random: systemRandom(),
  })
  const [original, copy] = [path.join(home, 'hs1'), path.join(home, 'hs1-copy')]
  t.after(() => {
    for (const root of [original, copy])
      spawnSync(launcher, ['destroy', root], { env: { ...process.env, ...environment } })
  })
  const verb = (...words: string[]) =>
    spawnSync(launcher, words, { encoding: 'utf8', env: { ...process.env, ...environment } })

  giveAuthority(original, authority)
  const first = await run(original, environment)
  const registered = await first.ask('POST', 'register', {
    username: 'anna',
    password: 'x',
    auth: { type: 'm.login.dummy' },
  })
  assert.equal(registered['user_id'], '@anna:hs1')
  assert.equal(await versionsOverTls(first.tlsPort, authority), 200)
  const { room_id: roomId } = await first.ask('POST', 'createRoom', { name: 'Kvar' }, registered['access_token'])
  await first.stop()

  const before = filesOf(original)
  // The second time as after a run that broke off: its folder is gone, a database of its name may be left.
  for (let round = 0; round < 2; round++) {
    rmSync(copy, { recursive: true, force: true })
    const cloned = verb('clone', original, copy)
    assert.equal(cloned.status, 0, cloned.stderr)
  }
  assert.deepEqual(filesOf(original), before, 'the source stays as it is')
  giveAuthority(copy, authority)
  const second = await run(copy, environment)
  const { joined_rooms: rooms } = await second.ask('GET', 'joined_rooms', undefined, registered['access_token'])
  assert.deepEqual(rooms, [roomId], 'the copy knows the token and the room')
  await second.stop()

  for (const root of [copy, original, original]) {
    const destroyed = verb('destroy', root)
    assert.equal(destroyed.status, 0, destroyed.stderr)
  }
}

/** Every file with its size and time of change. */
function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, ...statSync(path.join(root, name)) }))
    .map(({ name, size, mtimeMs }) => `${name} ${size} ${mtimeMs}`)
    .sort()
}

function giveAuthority(root: string, { certificate, key }: CertificateAndKey): void {
  const folder = path.join(root, 'complement/ca')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'ca.crt'), certificate)
  writeFileSync(path.join(folder, 'ca.key'), key)
}

async function run(root: string, environment: NodeJS.ProcessEnv) {
  const [tlsPort, port] = [await freePort(), await freePort()]
  const child = spawn(launcher, ['run', root], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...environment,
      SERVER_NAME: 'hs1',
      SAMBAND_LISTENERS__0__PORT: String(tlsPort),
      SAMBAND_LISTENERS__1__PORT: String(port),
    },
  })
  await untilItServes(child)
  return {
    tlsPort,
    ask: async (method: string, call: string, body?: object, token?: unknown): Promise<Record<string, unknown>> => {
      const response = await fetch(`http://127.0.0.1:${port}/_matrix/client/v3/${call}`, {
        method,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        ...(body && { body: JSON.stringify(body) }),
      })
      const answer = (await response.json()) as Record<string, unknown>
      assert.equal(response.status, 200, JSON.stringify(answer))
      return answer
    },
    stop: () =>
      new Promise<void>((resolve, reject) => {
        child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The server ended with ${code}.`))))
        child.kill('SIGTERM')
      }),
  }
}

/** Its log says so; a server that ends before it serves fails the test with all that it said. */
function untilItServes(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const read = (chunk: Buffer) => {
      said += chunk
      if (said.includes('samband serves')) resolve()
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', () => reject(new Error(`The server ended before it served:\n${said}`)))
  })
}

/** Status of a call on the port for other servers, under the name and the authority that they know. */
function versionsOverTls(port: number, { certificate }: CertificateAndKey): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: 'hs1', ca: certificate, path: '/_matrix/client/versions' }
    https
      .get(options, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      .once('error', reject)
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
