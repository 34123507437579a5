// Files in a folder: written under another name, flushed to the disk, then renamed, so that a name is either whole or not there.
// spec: POSIX rename(2), fsync(2)

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '#platform/random/random.ts'
import type { FileHash, FileStore, StoredFile } from './file-store.ts'

/** Bytes read at once; as much as an answer hands to a socket at once. */
const PIECE = 64 * 1024

export class DiskFiles implements FileStore {
  readonly #folder: string
  readonly #drafts: string
  readonly #random: Random

  private constructor(folder: string, random: Random) {
    this.#folder = folder
    this.#drafts = join(folder, 'drafts')
    this.#random = random
  }

  /** Opens a folder, makes it when it is not there, and removes what an interrupted write left. One process per folder. */
  static async open(folder: string, random: Random): Promise<DiskFiles> {
    const files = new DiskFiles(folder, random)
    await rm(files.#drafts, { recursive: true, force: true })
    await mkdir(files.#drafts, { recursive: true, mode: 0o700 })
    return files
  }

  async put(source: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    const draft = join(this.#drafts, this.#random.text(32))
    try {
      const stored = await writeDraft(draft, source)
      await this.#keep(draft, stored.hash)
      return stored
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  async open(hash: FileHash): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = this.#pathOf(hash)
    if (!(await exists(path))) return undefined
    return pieces(path)
  }

  async read(hash: FileHash): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(hash))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async delete(hash: FileHash): Promise<void> {
    await rm(this.#pathOf(hash), { force: true })
  }

  async #keep(draft: string, hash: FileHash): Promise<void> {
    const folder = this.#folderOf(hash)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(draft, this.#pathOf(hash))
    await flushFolder(folder)
  }

  // Two levels of 256: a million files are some sixteen in each folder.
  #folderOf(hash: FileHash): string {
    return join(this.#folder, hash.slice(0, 2), hash.slice(2, 4))
  }

  #pathOf(hash: FileHash): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new RangeError('The name of a file is a SHA-256 in hexadecimal.')
    return join(this.#folderOf(hash), hash)
  }
}

async function writeDraft(path: string, source: AsyncIterable<Uint8Array>): Promise<StoredFile> {
  const file = await open(path, 'wx', 0o600)
  try {
    const digest = createHash('sha256')
    let size = 0
    for await (const piece of source) {
      digest.update(piece)
      await writeAll(piece, (rest) => file.write(rest))
      size += piece.length
    }
    await file.sync()
    return { hash: digest.digest('hex'), size }
  } finally {
    await file.close()
  }
}

async function writeAll(piece: Uint8Array, write: (rest: Uint8Array) => Promise<{ bytesWritten: number }>) {
  for (let done = 0; done < piece.length; ) done += (await write(piece.subarray(done))).bytesWritten
}

/** The new name is in the folder, and the folder is on the disk. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Opened at the first piece, closed at the last or when the reader leaves: an answer that is never read holds no file open. */
async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: PIECE })
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
