// Key backups: room keys that clients keep here, encrypted for themselves.
// spec: client-server-api #server-side-key-backups

import { isUniqueViolation } from '#platform/database/database.ts'
import { badJson, forbidden, invalidParam, notFound, tooLarge, wrongRoomKeysVersion } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { parseTransactionId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { allKeysText, roomKeysText } from './key-backup-text.ts'
import { MAX_AUTH_DATA_BYTES, MAX_BACKED_UP_KEYS, MAX_BACKUP_VERSIONS, MAX_SESSION_BYTES } from './limits.ts'
import type { E2eeParts } from './parts.ts'
import {
  type BackupRow,
  type BackupStateRow,
  createBackup,
  deleteBackedUpKeys,
  deleteBackup,
  selectBackedUpKey,
  selectBackup,
  selectCurrentBackup,
  storeBackupKeys,
  updateAuthData,
} from './store/key-backup.ts'

export interface BackupKey {
  readonly roomId: RoomId
  readonly sessionId: string
  readonly isVerified: boolean
  readonly firstMessageIndex: number
  readonly forwardedCount: number
  readonly sessionData: JsonObject
}

/** The wire form of a version. */
export interface BackupVersion {
  readonly algorithm: string
  readonly auth_data: JsonObject
  readonly count: number
  readonly etag: string
  readonly version: string
}

/** The wire form of what a change answers. */
export interface BackupState {
  readonly count: number
  readonly etag: string
}

/** Which keys: all, those of a room, one. */
export interface BackupPart {
  readonly roomId?: RoomId
  readonly sessionId?: string
}

const MAX_ALGORITHM_BYTES = 255
/** Attempts to get a version number while other clients of the user get theirs. */
const ATTEMPTS = 5

export class KeyBackup {
  readonly #database: E2eeParts['database']

  constructor({ database }: Pick<E2eeParts, 'database'>) {
    this.#database = database
  }

  /** Starts a new backup: from now on keys are written to it only. */
  async create(userId: UserId, algorithm: string, authData: JsonObject): Promise<string> {
    if (!fitsIn(algorithm, MAX_ALGORITHM_BYTES) || parseTransactionId(algorithm) === undefined) {
      throw invalidParam(`The name of an algorithm has 1 to ${MAX_ALGORITHM_BYTES} bytes.`)
    }
    const text = authDataText(authData)
    for (let attempt = 1; ; attempt += 1) {
      try {
        const row = await this.#database.one(createBackup, userId, algorithm, text, MAX_BACKUP_VERSIONS)
        if (row !== undefined) return String(row.version)
        throw forbidden('e2ee/too-many-backups', 'You have made too many key backups. Use the current one.')
      } catch (error) {
        if (!isUniqueViolation(error) || attempt === ATTEMPTS) throw error
      }
    }
  }

  /** @param version undefined: the current one. @throws `M_NOT_FOUND`. */
  async version(userId: UserId, version?: string): Promise<BackupVersion> {
    const row =
      version === undefined ? await this.#database.one(selectCurrentBackup, userId) : await this.#row(userId, version)
    if (row === undefined || row.deleted) throw noBackup()
    return {
      algorithm: row.algorithm,
      auth_data: JSON.parse(row.auth_data) as JsonObject,
      version: String(row.version),
      ...stateOf(row),
    }
  }

  /** Changes the public part of a backup; the algorithm stays. @throws `M_NOT_FOUND`, `M_INVALID_PARAM`. */
  async update(
    userId: UserId,
    version: string,
    given: { readonly algorithm: string; readonly authData: JsonObject; readonly version: string | undefined },
  ): Promise<void> {
    if (given.version !== undefined && given.version !== version) {
      throw invalidParam('"version" in the body must be the version in the path.')
    }
    const row = await this.#row(userId, version)
    if (row === undefined || row.deleted) throw noBackup()
    if (row.algorithm !== given.algorithm) {
      throw invalidParam('"algorithm" must be the one of this backup. Start a new backup for another.')
    }
    await this.#database.run(updateAuthData, userId, row.version, authDataText(given.authData))
  }

  /** Deletes a backup with its keys; done already is done. @throws `M_NOT_FOUND` for a version that never was. */
  async delete(userId: UserId, version: string): Promise<void> {
    const row = await this.#row(userId, version)
    if (row === undefined) throw noBackup()
    await this.#database.run(deleteBackup, userId, row.version)
  }

  /**
   * Stores keys in the current backup, each if it is better than the one that is there.
   *
   * @throws 403 `M_WRONG_ROOM_KEYS_VERSION` for another version than the current one; `M_NOT_FOUND` when there is no backup; `M_TOO_LARGE`.
   */
  async put(userId: UserId, version: string, keys: readonly BackupKey[]): Promise<BackupState> {
    const number = numberOf(version)
    const texts = keys.map(sessionText)
    const stored =
      number === undefined
        ? undefined
        : await this.#database.one(
            storeBackupKeys,
            userId,
            number,
            keys.map(({ roomId }) => roomId),
            keys.map(({ sessionId }) => sessionId),
            keys.map(({ isVerified }) => isVerified),
            keys.map(({ firstMessageIndex }) => firstMessageIndex),
            keys.map(({ forwardedCount }) => forwardedCount),
            texts,
            MAX_BACKED_UP_KEYS,
          )
    return stored === undefined ? this.#refusePut(userId, version) : stateOf(stored)
  }

  async #refusePut(userId: UserId, version: string): Promise<never> {
    const current = await this.#database.one(selectCurrentBackup, userId)
    if (current === undefined) throw noBackup()
    const current_version = String(current.version)
    if (current_version !== version) {
      throw wrongRoomKeysVersion('Keys are taken into the current backup only. Use its version.', { current_version })
    }
    throw tooLarge(`A key backup holds at most ${MAX_BACKED_UP_KEYS} keys. Start a new one.`)
  }

  /** One key. @throws `M_NOT_FOUND`. */
  async key(userId: UserId, version: string, roomId: RoomId, sessionId: string) {
    const { version: number } = await this.#existing(userId, version)
    const row = await this.#database.one(selectBackedUpKey, userId, number, roomId, sessionId)
    if (row === undefined) throw notFound('There is no key for this session in the backup.')
    return {
      first_message_index: row.first_message_index,
      forwarded_count: row.forwarded_count,
      is_verified: row.is_verified,
      session_data: JSON.parse(row.session_data) as JsonObject,
    }
  }

  /** All keys as the JSON text of the answer, piece by piece: a backup may have hundreds of megabytes. @throws `M_NOT_FOUND`. */
  async all(userId: UserId, version: string): Promise<AsyncIterable<Uint8Array>> {
    const { version: number } = await this.#existing(userId, version)
    return allKeysText(this.#database, userId, number)
  }

  /** The keys of a room, as `all`. */
  async ofRoom(userId: UserId, version: string, roomId: RoomId): Promise<AsyncIterable<Uint8Array>> {
    const { version: number } = await this.#existing(userId, version)
    return roomKeysText(this.#database, userId, number, roomId)
  }

  /** Deletes keys. @throws `M_NOT_FOUND` when there is no such backup. */
  async deleteKeys(userId: UserId, version: string, part: BackupPart): Promise<BackupState> {
    const { version: number } = await this.#existing(userId, version)
    const { roomId = null, sessionId = null } = part
    const row = await this.#database.one(deleteBackedUpKeys, userId, number, roomId, sessionId)
    if (row === undefined) throw noBackup()
    return stateOf(row)
  }

  async #existing(userId: UserId, version: string): Promise<BackupRow> {
    const row = await this.#row(userId, version)
    if (row === undefined || row.deleted) throw noBackup()
    return row
  }

  async #row(userId: UserId, version: string): Promise<BackupRow | undefined> {
    const number = numberOf(version)
    return number === undefined ? undefined : this.#database.one(selectBackup, userId, number)
  }
}

const noBackup = () => notFound('There is no such key backup. Start one, or ask for the current version.')

const stateOf = ({ keys, etag }: BackupStateRow): BackupState => ({ count: keys, etag: String(etag) })

/** Versions are numbers to us and opaque to clients: any other text names none. */
const numberOf = (version: string): number | undefined =>
  /^[1-9][0-9]{0,8}$/.test(version) ? Number(version) : undefined

function authDataText(authData: JsonObject): string {
  const text = JSON.stringify(authData)
  if (!fitsIn(text, MAX_AUTH_DATA_BYTES)) throw tooLarge(`"auth_data" has at most ${MAX_AUTH_DATA_BYTES} bytes.`)
  return text
}

function sessionText({ sessionId, sessionData }: BackupKey): string {
  if (parseTransactionId(sessionId) === undefined) throw badJson('A session ID has 1 to 255 bytes without NUL.')
  const text = JSON.stringify(sessionData)
  if (!fitsIn(text, MAX_SESSION_BYTES))
    throw tooLarge(`"session_data" of one key has at most ${MAX_SESSION_BYTES} bytes.`)
  return text
}
