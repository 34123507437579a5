// Where the built-in PostgreSQL keeps things below the data folder.
// spec: docs/manual (data folder)

import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { StartError } from './database-errors.ts'
import { type Account, mayOwn } from './embedded-account.ts'

export interface Places {
  /** `<data>/postgres`: ours; others may pass but not look. */
  readonly home: string
  /** The database itself: the server's account's. */
  readonly cluster: string
  /** Links to libraries. */
  readonly libraries: string
  /** The superuser's password, ours alone (0600). */
  readonly password: string
}

/** sockaddr_un holds 107 bytes and a zero; the file in the folder is `/.s.PGSQL.5432`. */
const longestSocketFolder = 107 - '/.s.PGSQL.5432'.length

/** Makes the folders. */
export function makePlaces(dataFolder: string): Places {
  mkdirSync(dataFolder, { recursive: true, mode: 0o711 })
  const home = path.join(realpathSync(dataFolder), 'postgres')
  mkdirSync(home, { recursive: true, mode: 0o711 })
  return {
    home,
    cluster: path.join(home, 'cluster'),
    libraries: path.join(home, 'lib'),
    password: path.join(home, 'password'),
  }
}

/**
 * The folder of the socket, open to the account alone: below the data folder, or, where that path is too long for a socket, in the
 * system's folder for temporary files. @throws StartError when somebody else has made that one.
 */
export function makeSocketFolder(places: Places, account: Account): string {
  const own = path.join(places.home, 'run')
  if (Buffer.byteLength(own) <= longestSocketFolder) return makePrivate(own, account)
  const name = `samband-${createHash('sha256').update(places.home).digest('hex').slice(0, 16)}`
  const temporary = path.join(realpathSync(tmpdir()), name)
  return makePrivate(Buffer.byteLength(temporary) <= longestSocketFolder ? temporary : path.join('/tmp', name), account)
}

function makePrivate(folder: string, account: Account): string {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const found = lstatSync(folder)
  if (!found.isDirectory() || !mayOwn(account, found.uid))
    throw new StartError(
      `${folder} belongs to user ${found.uid}, and Samband runs as user ${process.getuid?.()}. Start Samband as user ${found.uid}, remove the folder if nothing uses it, or choose another data folder.`,
    )
  chmodSync(folder, 0o700)
  if (found.uid !== account.owner) chownSync(folder, account.owner, account.owner)
  return folder
}
