// The key that protects signing keys in the database: in a file of its own, so that neither a copy of the database nor a backup of it alone
// lets anybody speak in an authority's name.
// spec: docs/manual (data folder, backup)

import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { StartError } from '#platform/database/database.ts'

const keyBytes = 32

/** Reads the key. @throws StartError when the file is not there, is open to others, or holds no key. */
export function readSecretsFile(file: string): Buffer {
  const text = readOrUndefined(file)
  if (text === undefined)
    throw new StartError(
      `${file} is missing. It holds the key of the tenants' signing keys, which cannot be read without it: restore the file from the backup.`,
    )
  if ((statSync(file).mode & 0o077) !== 0)
    throw new StartError(`${file} can be read by others. Run: chmod 600 ${file} – and think about whom has seen it.`)
  const key = Buffer.from(text.trim(), 'base64url')
  if (key.length !== keyBytes || key.toString('base64url') !== text.trim())
    throw new StartError(`${file} does not hold a key (43 characters). Restore the file from the backup.`)
  return key
}

/** Reads the key, or makes one where there is no file yet. Several processes may start at once: one file wins. @throws StartError */
export function readOrMakeSecretsFile(file: string): Buffer {
  if (readOrUndefined(file) === undefined) makeFile(file)
  return readSecretsFile(file)
}

function makeFile(file: string): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeSync(handle, `${randomBytes(keyBytes).toString('base64url')}\n`)
    fsyncSync(handle)
    // A link, not a rename: it does not replace what another process has put there.
    linkSync(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    closeSync(handle)
    rmSync(draft, { force: true })
  }
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw new StartError(`${file} cannot be read: give it to the user that runs Samband (chown), mode 0600.`, {
      cause: error,
    })
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
