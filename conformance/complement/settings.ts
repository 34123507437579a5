// The configuration of a server under a black-box suite: open to everybody, no limits, cheap passwords, a network of private addresses that
// is built anew every minute. A configuration like any other.

import path from 'node:path'
import { type ScratchServer, urlOf } from './scratch-database.ts'

export interface Place {
  /** The server's folder, absolute. */
  readonly root: string
  readonly serverName: string
  /** Where its database is; undefined: the embedded one in `root`. */
  readonly scratch: ScratchServer | undefined
}

/** The authority that the suite made for this run. */
export const authorityFiles = (root: string) => ({
  certificate: path.join(root, 'complement/ca/ca.crt'),
  key: path.join(root, 'complement/ca/ca.key'),
})

/** The server's own certificate, made from it. */
export const certificateFiles = (root: string) => ({
  certificate: path.join(root, 'tls.crt'),
  key: path.join(root, 'tls.key'),
})

export const dataFolder = (root: string): string => path.join(root, 'data')

/** The settings, with the names that operators write. */
export function settingsOf({ root, serverName, scratch }: Place): object {
  return {
    data: dataFolder(root),
    ...(scratch && { database: { url: urlOf(scratch, root) } }),
    // They open in this order, so that whoever is answered on the last one finds the others open.
    listeners: [
      { name: 'tls', host: '0.0.0.0', port: 8448, tls: { certificates: [certificateFiles(root)] } },
      { name: 'plain', host: '0.0.0.0', port: 8008 },
    ],
    observation: { enabled: false },
    tenants: [{ server_name: serverName }],
    registration: { mode: 'open', guests: true, shared_secret: 'complement' },
    passwords: { minimum_length: 1, memory_kib: 8, passes: 1 },
    rate_limits: { enabled: false },
    federation: {
      allow_private_addresses: true,
      ca_file: authorityFiles(root).certificate,
      notaries: [],
      cache_failures: false,
      connect_timeout: '1s',
      request_timeout: '20s',
      first_retry: '250ms',
      longest_retry: '1s',
      share_device_names: true,
    },
    media: { unauthenticated_paths: true },
    // The suites write the creator into the power levels, which version 12 forbids.
    rooms: { default_version: '10' },
    presence: { enabled: true },
    // All requests come from one forwarder. The suite waits one second after TERM; the database needs some of it.
    connections: { per_address: 0, stop_within: '250ms' },
  }
}
