// A server on a socket with some handlers and real modules, and clients that speak to it: for tests of handlers.
// spec: docs/architecture.md (tests)

import { aUser, type TestAccounts } from '#accounts/test-accounts.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { unauthorized } from '#protocol/errors/errors.ts'
import { parseServerName } from '#protocol/identifiers/identifiers.ts'
import type { Handler } from '../handler.ts'
import { edgeAnswers, mount, type Tenant } from '../mount.ts'

export interface TestServer {
  readonly base: string
  /** Lines about defects: a test file ends by looking that there are none. */
  readonly defects: readonly string[]
  stop(): Promise<void>
  /** A new user with a session. */
  client(name: string): Promise<TestClient>
}

export interface TestClient {
  readonly userId: string
  readonly token: string
  /** Below `/_matrix/`. A body that is no text or bytes is sent as JSON. */
  fetch(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** The answer's status and JSON. */
  ask(method: string, path: string, body?: unknown): Promise<readonly [number, unknown]>
}

/** A request whose `Authorization` is `signed by NAME` comes from that server. */
const signer = /^signed by (\S+)$/

export async function serverForTests<M>(
  { accounts, serverName }: Pick<TestAccounts, 'accounts' | 'serverName'>,
  handlers: readonly Handler<M>[],
  modules: M,
): Promise<TestServer> {
  const defects: string[] = []
  const log = logTo({ write: (line) => void (line.includes('A request failed.') && defects.push(line)) })
  const tenant: Tenant<M> = {
    serverName,
    modules,
    authenticateToken: (token, { allowLocked }) => accounts.authenticate(token, { allowLocked }),
    authenticateSigned: async ({ authorization }) => {
      const origin = parseServerName(signer.exec(authorization ?? '')?.[1] ?? '')
      if (origin === undefined) throw unauthorized('The request is not signed.')
      return origin
    },
  }
  const routes = mount({
    handlers,
    tenantAt: () => tenant,
    limiter: { take: () => 0 },
    acceptTokenInQuery: false,
    checkAnswers: true,
  })
  const server = await startHttp({
    listeners: [{ name: 'client', host: '127.0.0.1', port: 0, routes }],
    clock: systemClock(),
    log,
    metrics: createMetrics(),
    ...edgeAnswers(log),
  })
  const base = `http://127.0.0.1:${server.addresses.get('client')?.port}`
  return {
    base,
    defects,
    stop: () => server.stop(100),
    client: async (name) => {
      const { session, token } = await aUser(accounts, name)
      return clientOf(base, session.userId, token)
    },
  }
}

function clientOf(base: string, userId: string, token: string): TestClient {
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${base}/_matrix/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: bodyOf(body) }),
    })
  return {
    userId,
    token,
    fetch: send,
    ask: async (method, path, body) => {
      const response = await send(method, path, body)
      return [response.status, await response.json()]
    },
  }
}

const bodyOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body)
