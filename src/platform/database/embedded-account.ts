// As whom the built-in PostgreSQL runs. It refuses to be root, so for root we become `nobody`; where the files are not reachable for
// nobody (a project under /root), a user namespace lets root look like nobody while keeping its own access.
// spec: PostgreSQL 18.1 (the server must not run as root)

import { type SpawnOptions, spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { StartError } from './database-errors.ts'

/** `owner`: the user that must own the database's files. */
export type Account =
  | { readonly kind: 'self'; readonly owner: number }
  | { readonly kind: 'nobody'; readonly owner: number }
  | { readonly kind: 'namespace'; readonly owner: number }

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly options: Pick<SpawnOptions, 'uid' | 'gid'>
}

const nobody = 65_534
const namespaceArguments = ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`]

/** Chooses the account. `paths`: what the server must reach. @throws StartError when there is no way. */
export function chooseAccount(paths: readonly string[]): Account {
  const uid = process.getuid?.() ?? 0
  return uid === 0 ? accountForRoot(paths) : accountForUser(uid)
}

function accountForRoot(paths: readonly string[]): Account {
  const closed = paths.map(closedFolder).find((folder) => folder !== undefined)
  if (closed === undefined) return { kind: 'nobody', owner: nobody }
  if (mayUseNamespaces()) return { kind: 'namespace', owner: 0 }
  throw new StartError(
    `Samband was started as root, and its PostgreSQL (which must not be root) cannot pass through ${closed}. Run: chmod o+x ${closed} – or start Samband as an ordinary user, or move it to /srv or /opt.`,
  )
}

/** PostgreSQL asks for its user's name when it makes a database; containers run with numbers that have none. */
function accountForUser(uid: number): Account {
  if (hasName()) return { kind: 'self', owner: uid }
  if (mayUseNamespaces()) return { kind: 'namespace', owner: uid }
  throw new StartError(
    `User ${uid} has no name on this machine, which PostgreSQL needs. Add a line for it to /etc/passwd, run Samband as a user that has one, or set database.url.`,
  )
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

function mayUseNamespaces(): boolean {
  return spawnSync('unshare', [...namespaceArguments, 'true'], { stdio: 'ignore' }).status === 0
}

/** How to run a program as the account. `dieWithUs`: the kernel stops it with SIGINT when this process dies (where setpriv is there). */
export function asAccount(account: Account, file: string, args: readonly string[], dieWithUs: boolean): Command {
  let command = [file, ...args]
  if (dieWithUs && hasSetpriv()) command = ['setpriv', '--pdeathsig', 'INT', '--', ...command]
  if (account.kind === 'namespace') command = ['unshare', ...namespaceArguments, '--', ...command]
  const [program = file, ...rest] = command
  const options = account.kind === 'nobody' ? { uid: nobody, gid: nobody } : {}
  return { file: program, args: rest, options }
}

/** Gives `folder` and all in it to the account: only between root and nobody, who are the same to us. */
export function handOver(folder: string, account: Account): void {
  if (statSync(folder).uid === account.owner) return
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!lstatSync(file).isSymbolicLink()) chownSync(file, account.owner, account.owner)
  }
  chownSync(folder, account.owner, account.owner)
}

/** Whether `uid` may own files of the account: its own, or, for root, nobody's and root's. */
export function mayOwn(account: Account, uid: number): boolean {
  const weAreRoot = process.getuid?.() === 0
  return weAreRoot ? uid === 0 || uid === nobody : uid === account.owner
}

function hasSetpriv(): boolean {
  return spawnSync('setpriv', ['--pdeathsig', 'INT', '--', 'true'], { stdio: 'ignore' }).status === 0
}

/** The first folder on the way to `file` that others may not pass. */
function closedFolder(file: string): string | undefined {
  let folder = realpathSync(file)
  const folders = [folder]
  while (folder !== path.dirname(folder)) {
    folder = path.dirname(folder)
    folders.unshift(folder)
  }
  return folders.find((each) => (statSync(each).mode & 0o001) === 0)
}
