// A Dendrite of its own: a process with TLS on a loopback port and a database of its own, built from the Go module proxy.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../processes/server-process.ts'
import { emptyDatabase } from './empty-database.ts'
import type { Fault, KnownFault, Peer, PeerParts } from './peer.ts'
import { writeCertificates } from './peer.ts'

const run = promisify(execFile)
/** `@latest` is refused by its own module file. */
const VERSION = 'v0.15.2'
const MODULE = 'github.com/element-hq/dendrite'
const PROGRAMS = ['dendrite', 'generate-keys', 'generate-config'] as const
/** On two cores with nothing in the cache. */
const LONGEST_BUILD = 30 * 60_000
const LONGEST_START = 60_000

/** The folder of its programs, built if they are not there. Needs Go. */
export async function dendritePrograms(folder: string): Promise<string> {
  const bin = path.join(folder, 'bin')
  const isThere = await access(path.join(bin, 'dendrite')).then(
    () => true,
    () => false,
  )
  if (isThere) return bin
  console.log(`Building Dendrite ${VERSION} in ${folder}.`)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'go.mod'), 'module peers\n\ngo 1.24\n')
  const options = { cwd: folder, env: { ...process.env, GOBIN: bin }, timeout: LONGEST_BUILD }
  await run('go', ['get', '-tool', `${MODULE}/cmd/dendrite@${VERSION}`], options)
  await run('go', ['install', ...PROGRAMS.map((name) => `${MODULE}/cmd/${name}`)], options)
  return bin
}

/** Seen in 0.15.2 on the wire, the two about state with the same events and extremities at both servers, and read in its source. */
const faults: Readonly<Record<Fault, KnownFault>> = {
  'no-knocks': {
    reason: 'it serves no knocks, neither its people nor other servers (client-server-api #knocking-on-rooms)',
  },
  'takes-one-sided-state': {
    reason:
      'a key that only some of the states have is not in conflict to it, so what the others forbid stays (rooms/v2, unconflicted state map)',
    since: 2,
  },
  'no-auth-difference': {
    reason:
      'what is only in the auth chain of one state is not judged, and a member without a membership yet is judged by the event itself (rooms/v2, auth difference, iterative auth checks)',
    since: 2,
  },
  'hashes-other-fractions': {
    reason: 'it hashes the text 1e-7 where others hash 1e-07, and no canonical JSON says who is right (rooms/v1)',
  },
  'redacts-at-the-top': {
    reason: 'it looks for `redacts` outside of the content, and puts it there (rooms/v11 #moving-the-redacts-property)',
    since: 11,
  },
  'invites-without-create': {
    reason: 'the state that it sends with an invite lacks the create event as a PDU (server-server-api, PUT /invite)',
    since: 12,
  },
  'no-backfill': { reason: 'it refuses to tell the history of a room whose ID has no server name', since: 12 },
}

class Dendrite implements Peer {
  readonly faults = faults
  readonly serverName: string
  readonly port: number
  readonly #bin: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(parts: { serverName: string; port: number; bin: string; folder: string }) {
    this.serverName = parts.serverName
    this.port = parts.port
    this.#bin = parts.bin
    this.#folder = parts.folder
  }

  get baseUrl(): string {
    return `https://localhost:${this.port}`
  }

  /** Its log is `dendrite.log` in its folder. */
  async start(): Promise<void> {
    const plain = await freePort()
    const child = spawn(
      path.join(this.#bin, 'dendrite'),
      [
        '--config=dendrite.yaml',
        '--tls-cert=cert.pem',
        '--tls-key=key.pem',
        `--http-bind-address=127.0.0.1:${plain}`,
        `--https-bind-address=127.0.0.1:${this.port}`,
        '--really-enable-open-registration',
      ],
      {
        cwd: this.#folder,
        env: { PATH: process.env['PATH'] ?? '', SSL_CERT_FILE: path.join(this.#folder, 'ca.pem') },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    this.#child = child
    const log = createWriteStream(path.join(this.#folder, 'dendrite.log'), { flags: 'a' })
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('Dendrite has not started in time.')), LONGEST_START)
      const listen = (chunk: Buffer) => {
        log.write(chunk)
        if (chunk.toString().includes(`listener on 127.0.0.1:${this.port}`)) resolve(clearTimeout(late))
      }
      child.stdout?.on('data', listen)
      child.stderr?.on('data', listen)
      child.once('exit', (code) =>
        reject(new Error(`Dendrite ended with ${code}: see dendrite.log in ${this.#folder}.`)),
      )
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

export async function prepareDendrite(parts: PeerParts & { readonly bin: string }): Promise<Peer> {
  const { bin, folder, namedPort, sharedSecret } = parts
  const port = await freePort()
  await writeCertificates(parts)
  await run(path.join(bin, 'generate-keys'), ['--private-key', 'matrix_key.pem'], { cwd: folder })
  const { host, port: at, user, password } = await emptyDatabase(parts.database, 'dendrite')
  const database = new URL('postgres:///dendrite')
  for (const [name, value] of Object.entries({ host, port: String(at), user, password, sslmode: 'disable' })) {
    database.searchParams.set(name, value)
  }
  const serverName = `localhost:${namedPort}`
  const options = ['-ci', '-dir', folder, '-server', serverName, '-db', database.href]
  const { stdout } = await run(path.join(bin, 'generate-config'), options, { cwd: folder })
  const config = stdout.replace(
    /registration_shared_secret: .*/,
    `registration_shared_secret: ${JSON.stringify(sharedSecret)}`,
  )
  await writeFile(path.join(folder, 'dendrite.yaml'), config)
  return new Dendrite({ serverName, port, bin, folder })
}
