// HTTPS servers on the loopback interface for tests, with certificates of an authority made for the test.
// spec: server-server-api #tls

import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createAuthority, issueCertificate } from '#platform/certificates/certificates.ts'
import { seededRandom } from '#platform/random/random.ts'

/** Certificates are judged by the machine's clock, whatever the test's clock says. */
const validity = { from: Date.now() - 86_400_000, until: Date.now() + 86_400_000 }

export interface TestAuthority {
  /** PEM of the authority. */
  readonly certificate: string
  issue(
    names: readonly string[],
    validFor?: { readonly from: number; readonly until: number },
  ): { certificate: string; key: string }
}

export function testAuthority(seed = 1): TestAuthority {
  const random = seededRandom(seed)
  const authority = createAuthority({ name: 'Test authority', validity, random })
  return {
    certificate: authority.certificate,
    issue: (names, validFor = validity) => issueCertificate({ names, authority, validity: validFor, random }),
  }
}

export interface TestServer {
  readonly port: number
  /** Connections that were opened. */
  readonly connections: number
  /** Server names that clients sent (SNI); undefined for none. */
  readonly serverNames: readonly (string | undefined)[]
}

/** Listens on a free port of 127.0.0.1 until the test ends. */
export async function httpsServer(
  t: TestContext,
  { certificate, key }: { readonly certificate: string; readonly key: string },
  answer: RequestListener,
): Promise<TestServer> {
  const server = createTlsServer({ cert: certificate, key }, answer)
  const serverNames: (string | undefined)[] = []
  let connections = 0
  server.on('secureConnection', (socket) => {
    connections += 1
    serverNames.push(socket.servername === false ? undefined : (socket.servername ?? undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    serverNames,
    get connections() {
      return connections
    },
  }
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
