// A Samband of its own: a process with TLS on a loopback port, its own data folder and database. Started, killed and started again.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { type createAuthority, issueCertificate } from '#platform/certificates/certificates.ts'
import { systemRandom } from '#platform/random/random.ts'

const program = path.resolve(import.meta.dirname, '../../bin/samband')
const run = promisify(execFile)
const YEAR = 365 * 86_400_000

export interface ServerProcess {
  readonly serverName: string
  readonly baseUrl: string
  /** Ends it without warning. */
  kill(): Promise<void>
  /** Starts it, or starts it again on the same data. Resolves when it serves. */
  start(): Promise<void>
  stop(): Promise<void>
  createUser(name: string): Promise<{ userId: string; password: string }>
}

export interface PreparedOtherwise {
  /** The port in its name, where other servers find it by way of something in between. */
  readonly namedPort?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** Prepares a server below `folder`; `host` is a name of this machine. */
export async function prepareServer(
  folder: string,
  host: string,
  authority: ReturnType<typeof createAuthority>,
  otherwise: PreparedOtherwise = {},
): Promise<ServerProcess> {
  const port = await freePort()
  const serverName = `${host}:${otherwise.namedPort ?? port}`
  const data = path.join(folder, host)
  await mkdir(data, { recursive: true })
  const now = Date.now()
  const validity = { from: now - 60_000, until: now + YEAR }
  const issued = issueCertificate({ names: [host], authority, validity, random: systemRandom() })
  const files = { ca: path.join(data, 'ca.pem'), cert: path.join(data, 'cert.pem'), key: path.join(data, 'key.pem') }
  await writeFile(files.ca, authority.certificate)
  await writeFile(files.cert, issued.certificate)
  await writeFile(files.key, issued.key, { mode: 0o600 })
  const environment = {
    PATH: process.env['PATH'] ?? '',
    SAMBAND_DATA: path.join(data, 'data'),
    SAMBAND_TENANTS__0__SERVER_NAME: serverName,
    SAMBAND_LISTENERS__0__PORT: String(port),
    SAMBAND_LISTENERS__0__TLS__CERTIFICATES__0__CERTIFICATE: files.cert,
    SAMBAND_LISTENERS__0__TLS__CERTIFICATES__0__KEY: files.key,
    SAMBAND_OBSERVATION__ENABLED: 'false',
    SAMBAND_RATE_LIMITS__ENABLED: 'false',
    SAMBAND_FEDERATION__CA_FILE: files.ca,
    SAMBAND_FEDERATION__ALLOW_PRIVATE_ADDRESSES: 'true',
    SAMBAND_FEDERATION__LONGEST_RETRY: '2s',
    SAMBAND_LOG__LEVEL: 'info',
    ...otherwise.environment,
  }
  return new Server({ serverName, host, port, environment, logFile: path.join(data, 'samband.log') })
}

class Server implements ServerProcess {
  readonly serverName: string
  readonly baseUrl: string
  readonly #environment: Record<string, string>
  readonly #logFile: string
  #child: ChildProcess | undefined

  constructor(parts: {
    serverName: string
    host: string
    port: number
    environment: Record<string, string>
    logFile: string
  }) {
    this.#logFile = parts.logFile
    this.serverName = parts.serverName
    this.baseUrl = `https://${parts.host}:${parts.port}`
    this.#environment = parts.environment
  }

  async start(): Promise<void> {
    const child = spawn(program, ['serve'], { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    const log = createWriteStream(this.#logFile, { flags: 'a' })
    child.stdout?.pipe(log)
    const said: string[] = []
    await new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        said.push(chunk.toString())
        if (said.length > 200) said.shift()
        if (chunk.toString().includes('samband serves')) resolve()
      }
      child.stdout?.on('data', listen)
      child.stderr?.on('data', listen)
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${said.join('')}`)))
    })
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async createUser(name: string): Promise<{ userId: string; password: string }> {
    const password = randomBytes(15).toString('base64url')
    const child = run(program, ['user', 'create', name, '--password-stdin', '--json'], { env: this.#environment })
    child.child.stdin?.end(`${password}\n`)
    const { stdout } = await child
    return { userId: JSON.parse(stdout).userId, password }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}
