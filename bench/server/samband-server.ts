// The real server as a process of its own: `samband serve` on a data folder, with its embedded, durable PostgreSQL.
// What differs from the defaults is written in one place, `environmentOf`.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ConnectionSettings } from '#platform/database/database.ts'
import type { Address } from '../load/http-connection.ts'
import { settingsBelow } from './database-of.ts'
import { freePort } from './free-port.ts'

export interface ServerOptions {
  readonly dataFolder: string
  /** Options for Node, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[]
}

export interface SambandServer {
  readonly address: Address
  readonly serverName: string
  readonly pid: number
  /** The postmaster's process number. */
  readonly databasePid: number
  /** Where its database is. */
  readonly databaseSettings: ConnectionSettings
  /** Ends it as an operator does, and waits. */
  stop(): Promise<void>
  /** Ends server and database at once, as a power cut does, and waits until both are gone. */
  kill(): Promise<void>
}

const SERVER_NAME = 'bench.localhost'
const program = path.join(import.meta.dirname, '../../src/main/samband.ts')
/** Milliseconds. A first start makes a database: a second here, minutes on a machine that has much else to do. */
const LONGEST_START = 600_000
const LOOK = 20

export async function startSamband({ dataFolder, nodeOptions = [] }: ServerOptions): Promise<SambandServer> {
  const address = { host: '127.0.0.1', port: await freePort() }
  const log = openSync(path.join(dataFolder, 'server.log'), 'a')
  const child = spawn(process.execPath, [...nodeOptions, program, 'serve'], {
    cwd: dataFolder,
    env: { ...inherited(), ...environmentOf(dataFolder, address.port) },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await untilReady(child, address, dataFolder)
  const databasePid = postmasterOf(dataFolder)
  return {
    address,
    serverName: SERVER_NAME,
    pid: child.pid ?? 0,
    databasePid,
    databaseSettings: settingsBelow(path.join(dataFolder, 'data')),
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      killIfThere(databasePid)
      await exited
      while (isThere(databasePid)) await pause(LOOK)
    },
  }
}

/** Rate limits off, people may register, and passwords cost little: the sending is measured, not the way there. */
const environmentOf = (dataFolder: string, port: number): NodeJS.ProcessEnv => ({
  SAMBAND_DATA: path.join(dataFolder, 'data'),
  SAMBAND_LISTENERS__0__PORT: String(port),
  SAMBAND_OBSERVATION__ENABLED: 'false',
  SAMBAND_TENANTS__0__SERVER_NAME: SERVER_NAME,
  SAMBAND_RATE_LIMITS__ENABLED: 'false',
  SAMBAND_REGISTRATION__MODE: 'open',
  SAMBAND_PASSWORDS__MEMORY_KIB: '8',
  SAMBAND_PASSWORDS__PASSES: '1',
})

/** Settings of the person's own shell must not change what is measured. */
const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SAMBAND_')))

async function untilReady(child: ChildProcess, { host, port }: Address, dataFolder: string): Promise<void> {
  for (const until = Date.now() + LONGEST_START; Date.now() < until; await pause(LOOK)) {
    if (child.exitCode !== null || child.signalCode !== null) break
    const answer = await fetch(`http://${host}:${port}/_matrix/client/versions`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.ok) return
  }
  child.kill('SIGTERM')
  const said = readFileSync(path.join(dataFolder, 'server.log'), 'utf8').slice(-2_000)
  throw new Error(`The server did not get ready. The end of its log:\n${said}`)
}

const postmasterOf = (dataFolder: string): number =>
  Number.parseInt(readFileSync(path.join(dataFolder, 'data/postgres/cluster/postmaster.pid'), 'utf8'), 10)

function killIfThere(pid: number): void {
  if (isThere(pid)) process.kill(pid, 'SIGKILL')
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
