// Where files are: a disk today, an object store tomorrow. Files are named by their content, so that equal ones are stored once and a
// name can never show two contents.
// spec: docs/architecture.md §7

/** SHA-256 of the content, hexadecimal. */
export type FileHash = string

export interface StoredFile {
  readonly hash: FileHash
  /** Bytes. */
  readonly size: number
}

export interface FileStore {
  /** Stores what comes. Durable when it resolves; when the source or the disk fails, it rejects with that error and nothing is left. */
  put(source: AsyncIterable<Uint8Array>): Promise<StoredFile>
  /** The bytes as they are read, opened when the reading begins; undefined when there is no such file. */
  open(hash: FileHash): Promise<AsyncIterable<Uint8Array> | undefined>
  /** The whole file, undefined when there is none. Only for files whose size is bounded. */
  read(hash: FileHash): Promise<Uint8Array | undefined>
  /** Removes a file; one that is not there is removed already. */
  delete(hash: FileHash): Promise<void>
}
