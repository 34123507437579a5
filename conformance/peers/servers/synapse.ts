// A Synapse of its own: a process with TLS on a loopback port and a database of its own, as its sample configuration has it, without rate limits.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../processes/server-process.ts'
import { emptyDatabase } from './empty-database.ts'
import { type Peer, type PeerParts, writeCertificates } from './peer.ts'

const run = promisify(execFile)
/** It makes its whole schema at the first start. */
const LONGEST_START = 120_000

export type SynapseParts = PeerParts & { readonly python: string }

class Synapse implements Peer {
  readonly faults = {}
  readonly serverName: string
  readonly port: number
  readonly #python: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(parts: { serverName: string; port: number; python: string; folder: string }) {
    this.serverName = parts.serverName
    this.port = parts.port
    this.#python = parts.python
    this.#folder = parts.folder
  }

  get baseUrl(): string {
    return `https://localhost:${this.port}`
  }

  /** Its log is `synapse.log` in its folder. */
  async start(): Promise<void> {
    const args = ['-m', 'synapse.app.homeserver', '-c', path.join(this.#folder, 'homeserver.yaml')]
    const child = spawn(this.#python, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    const log = createWriteStream(path.join(this.#folder, 'synapse.log'), { flags: 'a' })
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('Synapse has not started in time.')), LONGEST_START)
      const listen = (chunk: Buffer) => {
        log.write(chunk)
        if (chunk.toString().includes('Synapse now listening')) resolve(clearTimeout(late))
      }
      child.stdout?.on('data', listen)
      child.stderr?.on('data', listen)
      child.once('exit', (code) => reject(new Error(`Synapse ended with ${code}: see synapse.log in ${this.#folder}.`)))
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
}

export async function prepareSynapse(parts: SynapseParts): Promise<Peer> {
  const { python, folder, namedPort } = parts
  const port = await freePort()
  await writeCertificates(parts)
  const serverName = `localhost:${namedPort}`
  // YAML reads JSON.
  const file = path.join(folder, 'homeserver.yaml')
  await writeFile(
    file,
    JSON.stringify({ ...settings(parts, port), server_name: serverName, database: await databaseSettings(parts) }),
  )
  await run(python, ['-m', 'synapse.app.homeserver', '-c', file, '--generate-keys'], { cwd: folder })
  return new Synapse({ serverName, port, python, folder })
}

function settings({ folder, sharedSecret }: SynapseParts, port: number): object {
  const often = { per_second: 10_000, burst_count: 10_000 }
  return {
    report_stats: false,
    signing_key_path: path.join(folder, 'signing.key'),
    media_store_path: path.join(folder, 'media'),
    tls_certificate_path: path.join(folder, 'cert.pem'),
    tls_private_key_path: path.join(folder, 'key.pem'),
    federation_custom_ca_list: [path.join(folder, 'ca.pem')],
    listeners: [
      {
        port,
        tls: true,
        type: 'http',
        bind_addresses: ['127.0.0.1'],
        resources: [{ names: ['client', 'federation'] }],
      },
    ],
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    ip_range_whitelist: ['127.0.0.0/8', '::1/128'],
    registration_shared_secret: sharedSecret,
    macaroon_secret_key: sharedSecret,
    form_secret: sharedSecret,
    bcrypt_rounds: 4,
    federation: {
      destination_min_retry_interval: 300,
      destination_retry_multiplier: 1,
      destination_max_retry_interval: 600,
    },
    // Else a first sync is answered as two minutes before.
    caches: { sync_response_cache_duration: 0 },
    rc_message: often,
    rc_registration: often,
    rc_login: { address: often, account: often, failed_attempts: often },
    rc_joins: { local: often, remote: often },
    rc_joins_per_room: often,
    rc_invites: { per_room: often, per_user: often, per_issuer: often },
    rc_room_creation: often,
    rc_admin_redaction: often,
    rc_federation: { window_size: 1000, sleep_limit: 100_000, sleep_delay: 1, reject_limit: 100_000, concurrent: 50 },
  }
}

async function databaseSettings(parts: SynapseParts): Promise<object> {
  const { host, port, user, password } = await emptyDatabase(parts.database, 'synapse')
  return { name: 'psycopg2', args: { host, port, user, password, dbname: 'synapse', cp_min: 1, cp_max: 10 } }
}
