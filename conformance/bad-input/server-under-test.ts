// A whole homeserver for bad input: two tenants in one process behind real sockets, over a database of its own, without rate limits.
// spec: docs/architecture.md (tests)

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type HomeserverProcess, startHomeserverProcess } from '#main/homeserver-process.ts'
import { loadConfig } from '#platform/config/config.ts'
import { emptyTestDatabase, type TestScope } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import type { Tenant } from '#tenancy/tenancy.ts'

export const alfa = 'alfa.localhost' as ServerName
export const beta = 'beta.localhost' as ServerName
export const password = 'ett långt lösenord'

export interface Person {
  readonly userId: UserId
  readonly token: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The JSON of the answer; undefined where it is none. */
  readonly body: JsonObject | undefined
}

export interface Asked {
  readonly body?: Json | Uint8Array | string | undefined
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Alfa unless told. */
  readonly host?: string
}

export class ServerUnderTest {
  readonly process: HomeserverProcess
  readonly tenant: Tenant
  readonly port: number
  /** Lines of the log at level error: a defect. */
  readonly defects: readonly string[]

  constructor(process: HomeserverProcess, tenant: Tenant, defects: readonly string[]) {
    this.process = process
    this.tenant = tenant
    this.port = [...process.addresses.values()][0]?.port ?? assert.fail('It listens nowhere.')
    this.defects = defects
  }

  get modules() {
    return this.process.homeservers.get(alfa)?.modules ?? assert.fail()
  }

  /** A text or bytes go as they are, everything else as JSON. */
  ask(method: string, target: string, { body, token, headers, host = alfa }: Asked = {}): Promise<Answered> {
    const bytes = body === undefined ? undefined : bytesOf(body)
    const all = {
      host,
      ...(bytes && { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    }
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, method, path: target, headers: all, agent: false }
      const sent = request(options, (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.on('error', reject)
        answer.on('end', () => {
          const body = parseJson(Buffer.concat(pieces)).ok as JsonObject | undefined
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body })
        })
      })
      sent.on('error', reject)
      sent.end(bytes)
    })
  }

  /** Asks, and holds that it is refused so: status and errcode. */
  async refused(expected: readonly [status: number, errcode: string], ...asked: Parameters<ServerUnderTest['ask']>) {
    const { status, body } = await this.ask(...asked)
    assert.deepEqual([status, body?.['errcode']], expected, `${asked[0]} ${asked[1].slice(0, 200)}: ${body?.['error']}`)
    const sentence = body?.['error']
    assert.ok(typeof sentence === 'string' && sentence.length > 10, 'a refusal says what to do')
    return body
  }

  /** The position of the tenant's stream: it moves with everything that is stored of rooms. */
  get position(): number {
    return this.tenant.stream.head
  }

  /** Holds that `act` stores nothing: no fact of any kind is there that was not there before. */
  async storesNothing(act: () => Promise<unknown>): Promise<void> {
    await this.tenant.stream.idle()
    const before = this.position
    await act()
    await this.tenant.stream.idle()
    assert.equal(this.position, before, 'something was stored')
  }

  async login(username: string, host: ServerName = alfa, more: JsonObject = {}): Promise<Person> {
    const identifier = { type: 'm.id.user', user: username }
    const body = { type: 'm.login.password', identifier, password, ...more }
    const answer = await this.ask('POST', '/_matrix/client/v3/login', { host, body })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return { userId: answer.body?.['user_id'] as UserId, token: String(answer.body?.['access_token']) }
  }

  async createUser(username: string, host: ServerName = alfa): Promise<Person> {
    const { accounts } = this.process.homeservers.get(host)?.modules ?? assert.fail()
    await accounts.createUser({ username, password })
    return this.login(username, host)
  }

  async createRoom({ token }: Person, more: JsonObject = {}): Promise<RoomId> {
    const body = { preset: 'public_chat', ...more }
    const answer = await this.ask('POST', '/_matrix/client/v3/createRoom', { token, body })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body?.['room_id'] as RoomId
  }
}

/** Starts it, and ends it with the test or file. `settings`: further environment. */
export async function startServer(
  scope: TestScope,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerUnderTest> {
  const database = await emptyTestDatabase(scope)
  if ('url' in database) throw new Error('The test database has no parts.')
  const folder = await mkdtemp(path.join(tmpdir(), 'samband-bad-input-'))
  const { host, port, user, password: secret, database: name } = database
  const url = `postgres://${user}:${encodeURIComponent(secret)}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
  const environment = {
    SAMBAND_DATA: folder,
    SAMBAND_DATABASE__URL: url,
    SAMBAND_TENANTS__0__SERVER_NAME: alfa,
    SAMBAND_TENANTS__1__SERVER_NAME: beta,
    SAMBAND_LISTENERS__0__PORT: '0',
    SAMBAND_OBSERVATION__ENABLED: 'false',
    SAMBAND_RATE_LIMITS__ENABLED: 'false',
    // Nobody's password is guessed here: the cheapest hash that is taken.
    SAMBAND_PASSWORDS__MEMORY_KIB: '8192',
    SAMBAND_PASSWORDS__PASSES: '1',
    SAMBAND_PRESENCE__ENABLED: 'false',
    ...settings,
  }
  const config = await loadConfig({ environment, workingFolder: folder })
  const defects: string[] = []
  const log = logTo({ write: (line: string) => defects.push(line) > 0 }, 'error')
  const process = await startHomeserverProcess(config, log)
  scope.after(async () => {
    await process.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return new ServerUnderTest(process, await process.shared.tenants.open(alfa), defects)
}

function bytesOf(body: Json | Uint8Array | string): Uint8Array {
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
