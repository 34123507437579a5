// A push gateway on the loopback interface, and the network that reaches it: for tests.
// spec: push-gateway-api

import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before } from 'node:test'
import { testAuthority } from '#federation/transport/network/server-for-tests.ts'
import { openProcessNetwork } from '#federation/transport/transport.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { seededRandom } from '#platform/random/random.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { GatewayNetwork } from './push.ts'

export interface TestGateway {
  readonly network: GatewayNetwork
  /** For a pusher's `data`. */
  readonly url: string
  /** What came, taken out: the next call gives what comes later. */
  taken(): JsonObject[]
  /** Status and body of the answers from now on; 'broken' hangs up. */
  answer: { readonly status: number; readonly body: unknown } | 'broken'
}

export const content = { status: 200, body: { rejected: [] } }

/** Registers the hooks of a test file. `allowPrivate` false: the network as an operator has it, which does not go to loopback addresses. */
export function gatewayForTests({ allowPrivate = true } = {}): TestGateway {
  const authority = testAuthority(7)
  const opened = openProcessNetwork({
    clock: systemClock(),
    random: seededRandom(1),
    // The time that matters is the test's: a slow machine must not break a connection off.
    options: { addresses: { allowPrivate }, authorities: [authority.certificate], connectTimeout: 60_000 },
  })
  const came: JsonObject[] = []
  const gateway = {
    network: opened.post,
    url: '',
    taken: () => came.splice(0),
    answer: content as TestGateway['answer'],
  }
  const { certificate, key } = authority.issue(['127.0.0.1'])
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    let text = ''
    for await (const piece of request) text += piece
    const { answer } = gateway
    if (answer === 'broken') return void request.socket.destroy()
    came.push({ path: request.url ?? '', ...(JSON.parse(text) as JsonObject) })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer.body))
  })
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    gateway.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/_matrix/push/v1/notify`
  })
  after(async () => {
    await opened.close()
    server.closeAllConnections()
    server.close()
  })
  return gateway
}

/** For tests that send nothing. */
export const unreachableGateways: GatewayNetwork = {
  post: () => Promise.reject(new Error('This test reaches no push gateway.')),
}
