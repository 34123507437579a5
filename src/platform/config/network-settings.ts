// Where the server listens and whom it believes.

import { BlockList } from 'node:net'
import { z } from 'zod'
import { choice, duration, flag, list, path, text, whole } from './value-types.ts'

const host = text(
  'Address to listen on. `127.0.0.1` is this machine only, `0.0.0.0` or `::` every interface.',
  'an address',
)

const port = whole('Port to listen on.', 0, 65_535)

const tls = z
  .strictObject({
    certificates: list(
      'One or more pairs. A client gets the one that has the name it asks for, else the first. Files are read again when they change.',
      z.strictObject({
        certificate: path('PEM file with the certificate and its chain.'),
        key: path('PEM file with the private key, not encrypted.'),
      }),
      'a list of certificate and key',
    ).min(1),
    ask_client_certificate: flag(
      'Ask connecting servers for their certificate (for federation with pinned keys).',
    ).default(false),
  })
  .meta({ description: 'Speak TLS here. Without it: plain HTTP, for loopback or behind a reverse proxy.' })

const listener = z.strictObject({
  name: text('What it is called in the log and the metrics.', 'a name').default('main'),
  host: host.default('127.0.0.1'),
  port: port.default(8008),
  serves: list(
    'What is answered here: `client` for people’s programs, `federation` for other servers.',
    choice('', ['client', 'federation']),
    'a list of client, federation',
  )
    .min(1)
    .default(['client', 'federation']),
  tls: tls.optional(),
  trusted_proxies: list(
    'Addresses and ranges (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.',
    z.string().refine(isAddressOrRange, { error: 'expected an IP address or a range such as 10.0.0.0/8' }),
    'a list of addresses and ranges',
  ).default([]),
})

export const listeners = z
  .array(listener)
  .min(1)
  .check((context) => {
    const seen = new Set<string>()
    context.value.forEach(({ name }, i) => {
      if (seen.has(name)) {
        const message = `there is another listener named "${name}"; give each its own name`
        context.issues.push({ code: 'custom', message, path: [i, 'name'], input: name })
      }
      seen.add(name)
    })
  })
  .prefault([{}])
  .meta({ description: 'Where the server answers clients and other servers.', expected: 'a list of listeners' })

export const observation = z
  .strictObject({
    enabled: flag('Whether to listen.').default(true),
    host: host.default('127.0.0.1'),
    port: port.default(9008),
  })
  .prefault({})
  .meta({
    description:
      'Listener of its own for `/health/live`, `/health/ready` and `/metrics` (Prometheus). It asks nobody who they are: keep it on loopback or a management network.',
  })

export const connections = z
  .strictObject({
    per_address: whole(
      'Requests at once from one address, waiting ones among them; 0 for no bound.',
      0,
      1_000_000,
    ).default(10_000),
    total: whole('Open connections of one listener.', 1, 1_000_000).default(20_000),
    head_within: duration('Time for the request line and headers of a request to come.').prefault('20s'),
    body_stall: duration('A request body that does not move for this long is given up.').prefault('20s'),
    answer_stall: duration('A client that takes nothing of its answer for this long is cut off.').prefault('60s'),
    stop_within: duration('Time that open requests get to end when the server stops.').prefault('10s'),
  })
  .prefault({})
  .meta({ description: 'Bounds of connections.' })

function isAddressOrRange(value: string): boolean {
  const [address = '', prefix, more] = value.split('/')
  if (more !== undefined || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return false
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  try {
    new BlockList().addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
    return true
  } catch {
    return false
  }
}
