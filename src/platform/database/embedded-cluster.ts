// The built-in PostgreSQL's data: made once, whole or not at all, and checked at every start.
// spec: PostgreSQL 18.2 (creating a database cluster)

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { StartError } from './database-errors.ts'
import { type Account, asAccount, handOver, mayOwn } from './embedded-account.ts'
import { explainFailure } from './embedded-failure.ts'
import type { ProgramFiles } from './embedded-files.ts'
import type { Places } from './embedded-places.ts'

export interface ClusterParts {
  readonly places: Places
  readonly files: ProgramFiles
  readonly account: Account
  /** Environment with the library folder. */
  readonly environment: NodeJS.ProcessEnv
  /** False only for throw-away databases of tests. */
  readonly durable: boolean
}

export const superuser = 'samband'
export const databaseName = 'samband'

/** A new database takes 45 MB, and its first log segments as much again. */
const bytesToBegin = 128 * 1024 * 1024

/** Makes the database when there is none; checks version and owner when there is. @returns the superuser's password. @throws StartError */
export function ensureCluster(parts: ClusterParts): string {
  const { places, account } = parts
  if (!existsSync(places.cluster)) createCluster(parts)
  refuseOtherVersion(parts)
  refuseOtherOwner(places.cluster, account)
  handOver(places.cluster, account)
  // PostgreSQL insists on it, and a copy from a backup seldom has it.
  chmodSync(places.cluster, 0o700)
  return readPassword(places)
}

function createCluster(parts: ClusterParts): void {
  const { places } = parts
  const { bavail, bsize } = statfsSync(places.home)
  if (bavail * bsize < bytesToBegin)
    throw new StartError(
      `The disk of ${places.home} has ${Math.floor((bavail * bsize) / 2 ** 20)} MB left; a new database needs ${bytesToBegin / 2 ** 20} MB. Make room, or choose another data folder.`,
    )
  // Made beside its place and renamed: an interrupted attempt is never taken for a database.
  const draft = `${places.cluster}.new`
  rmSync(draft, { recursive: true, force: true })
  const password = randomBytes(32).toString('base64url')
  initialise(parts, draft, password)
  createDatabase(parts, draft)
  writeFileSync(places.password, password, { mode: 0o600 })
  renameSync(draft, places.cluster)
}

function initialise(parts: ClusterParts, draft: string, password: string): void {
  const { files, account, places } = parts
  const passwordFile = path.join(places.home, 'password.new')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account.kind === 'nobody') chownSync(passwordFile, account.owner, account.owner)
  try {
    makeEmptyFolder(parts, draft)
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    const authentication = ['--auth=scram-sha-256', `--username=${superuser}`, `--pwfile=${passwordFile}`]
    const sync = parts.durable ? [] : ['--no-sync']
    runTool(parts, files.initdb, ['--pgdata', draft, ...locale, ...authentication, ...sync], '')
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** The account may not write beside the folder, only in it: so the folder is made by us. */
function makeEmptyFolder(parts: ClusterParts, folder: string): void {
  mkdirSync(folder, { mode: 0o700 })
  if (parts.account.kind === 'nobody') chownSync(folder, parts.account.owner, parts.account.owner)
}

/** PostgreSQL's single-user mode needs no running server. */
function createDatabase(parts: ClusterParts, draft: string): void {
  const fsync = parts.durable ? 'on' : 'off'
  runTool(
    parts,
    parts.files.postgres,
    ['--single', '-D', draft, '-c', `fsync=${fsync}`, 'postgres'],
    `create database ${databaseName}\n`,
  )
}

function runTool(parts: ClusterParts, program: string, args: readonly string[], input: string): void {
  const command = asAccount(parts.account, program, args, false)
  const result = spawnSync(command.file, command.args, {
    ...command.options,
    cwd: '/',
    env: parts.environment,
    encoding: 'utf8',
    input,
  })
  if (result.status === 0 && !/(FATAL|PANIC|ERROR):/.test(result.stderr)) return
  const said = `${result.stdout ?? ''}\n${result.stderr ?? ''}\n${result.error?.message ?? ''}`
  throw new StartError(explainFailure(said, parts.places.home))
}

function refuseOtherVersion({ places, files }: ClusterParts): void {
  const major = readVersion(places.cluster)
  if (major === files.major) return
  throw new StartError(
    `The database in ${places.cluster} was made by PostgreSQL ${major ?? '(unknown)'}; the built-in one is ${files.major}. Start the version of Samband that made it, make a backup there, and restore it here into a new data folder.`,
  )
}

function readVersion(cluster: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8'), 10)
  } catch {
    return undefined
  }
}

function refuseOtherOwner(cluster: string, account: Account): void {
  const { uid } = statSync(cluster)
  if (mayOwn(account, uid)) return
  throw new StartError(
    `The database in ${cluster} belongs to user ${uid}, and Samband runs as user ${process.getuid?.()}. Start Samband as user ${uid}, or give it the files: chown -R ${account.owner} ${cluster}`,
  )
}

function readPassword(places: Places): string {
  try {
    return readFileSync(places.password, 'utf8').trim()
  } catch (error) {
    throw new StartError(
      `${places.password} cannot be read: it holds the password of the built-in PostgreSQL. Restore it from a backup, with this user as its owner and mode 0600.`,
      { cause: error },
    )
  }
}
