// One throw-away PostgreSQL for a whole run of tests: the first process that asks starts a keeper, which holds the server, ends with the
// test runner however that ends, and removes everything.
// spec: docs/architecture.md (tests)

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ConnectionSettings } from './settings.ts'

export interface TestServer {
  readonly settings: Exclude<ConnectionSettings, { readonly url: string }>
  /** A database with all migrations applied: the shared schema, and a tenant's schema called `tenant`. */
  readonly template: string
}

/** A first start takes 1–2 s; on a crowded machine some more (milliseconds). */
const patience = 60_000
const look = 10

export const readyFile = 'ready.json'
export const failureFile = 'failure.txt'

/** The server of this run of tests. @throws Error with the keeper's reason when it does not start. */
export async function testServer(): Promise<TestServer> {
  const runner = runnerProcess()
  const folder = path.join(tmpdir(), `samband-test-${process.getuid?.()}-${runner}-${startOf(runner)}`)
  if (claim(folder)) startKeeper(folder, runner)
  for (const until = Date.now() + patience; Date.now() < until; await wait(look)) {
    if (existsSync(path.join(folder, readyFile))) return JSON.parse(readFileSync(path.join(folder, readyFile), 'utf8'))
    if (existsSync(path.join(folder, failureFile))) break
  }
  const failure = path.join(folder, failureFile)
  throw new Error(existsSync(failure) ? readFileSync(failure, 'utf8') : 'The PostgreSQL of the tests did not start.')
}

/** When a process began, in the kernel's ticks: with its number it names one process for ever. Empty when it is gone. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

/** The test runner runs each file in a child of its own; a file that is run by itself is its own runner. */
function runnerProcess(): number {
  return process.env['NODE_TEST_CONTEXT'] === undefined ? process.pid : process.ppid
}

function claim(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o711 })
    return true
  } catch {
    return false
  }
}

function startKeeper(folder: string, runner: number): void {
  const program = path.join(import.meta.dirname, 'test-keeper.ts')
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const keeper = spawn(process.execPath, [program, folder, String(runner)], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: environment,
  })
  keeper.once('error', (error) => writeFileSync(path.join(folder, failureFile), error.message))
  keeper.unref()
}
