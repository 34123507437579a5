// What the tenants of a process share to reach other servers: DNS, discovery, connections.
// spec: server-server-api #server-discovery, #tls

import type { PeerCertificate, SecureContext } from 'node:tls'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Random } from '#platform/random/random.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { Discovery } from './discovery/discovery.ts'
import { type Dns, systemDns } from './discovery/dns.ts'
import { WellKnown } from './discovery/well-known.ts'
import { type AddressRules, allowedAddress } from './network/allowed-address.ts'
import type { Network, PlainFetch, PlainPost } from './network/network.ts'
import { SocketPost } from './network/plain-post.ts'
import { SocketNetwork, socketFetch } from './network/socket-network.ts'
import { type Identity, trustAnchors } from './network/trust-anchors.ts'

export interface ProcessNetworkOptions {
  readonly addresses: AddressRules
  /** PEM of certificate authorities to believe beside the operating system's. */
  readonly authorities?: readonly string[]
  /** Whether "no record" and failed look-ups are remembered. False where servers come and go by the second. True unless told. */
  readonly cacheFailures?: boolean
  /** For one address, handshake included; 5 s unless told. */
  readonly connectTimeout?: Milliseconds
  /** 8448 and 443; others in tests. */
  readonly ports?: { readonly matrix: number; readonly https: number }
}

/** What a trust federation adds for one tenant: our certificate, and a reason to refuse theirs. */
export interface Pinning {
  readonly identityOf?: (from: ServerName) => Identity | undefined
  readonly refuse?: (from: ServerName, destination: string, certificate: PeerCertificate) => Error | undefined
}

export interface ProcessNetworkParts {
  readonly clock: Clock
  readonly random: Random
  readonly options: ProcessNetworkOptions
  /** The machine's own unless told. */
  readonly dns?: Dns
  readonly pinning?: Pinning
}

export interface ProcessNetwork {
  readonly network: Network
  /** Unsigned HTTPS under the same address rules: media behind a `Location`, policy files. */
  readonly fetch: PlainFetch
  /** Unsigned HTTPS under the same address rules: push gateways. */
  readonly post: PlainPost
  close(): Promise<void>
}

/** Throws `RangeError` for an address range that is none. Nothing is opened before it is needed. */
export function openProcessNetwork(parts: ProcessNetworkParts): ProcessNetwork {
  const { clock, random, options, pinning } = parts
  const { cacheFailures = true, ports } = options
  const dns = parts.dns ?? systemDns({ clock })
  const contextFor = trustAnchors(options.authorities ?? [])
  const contexts = new Map<ServerName, SecureContext>()
  const contextOf = (from: ServerName) => {
    const identity = pinning?.identityOf?.(from)
    if (identity === undefined) return contextFor()
    // Bounded by the tenants of the process.
    const context = contexts.get(from) ?? contextFor(identity)
    contexts.set(from, context)
    return context
  }
  const sockets = {
    clock,
    isAllowed: allowedAddress(options.addresses),
    plainTrust: () => ({ context: contextFor() }),
    trustOf: (from: ServerName) => ({
      context: contextOf(from),
      refuse: (destination: string, certificate: PeerCertificate) => pinning?.refuse?.(from, destination, certificate),
    }),
    ...(options.connectTimeout !== undefined && { connectTimeout: options.connectTimeout }),
  }
  const fetch = socketFetch(sockets, dns)
  const wellKnown = new WellKnown({ fetch, clock, random, cacheFailures, ...(ports && { port: ports.https }) })
  const discovery = new Discovery({
    dns,
    wellKnown,
    clock,
    random,
    cacheFailures,
    ...(ports && { defaultPort: ports.matrix }),
  })
  const network = new SocketNetwork(sockets, discovery)
  const post = new SocketPost(sockets, dns)
  return {
    network,
    fetch,
    post,
    close: async () => {
      await network.close()
      await post.close()
      dns.close()
    },
  }
}
