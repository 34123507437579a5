// Keys that let devices talk end-to-end encrypted, and the messages that carry them. Face of the module.
// Facts that others follow: `device-list` (DeviceListFact), `to-device` (user), `to-device-outbox` (OutboxFact).
// spec: client-server-api #end-to-end-encryption, #send-to-device-messaging; server-server-api #device-management

import type { DeviceChange } from '#accounts/accounts.ts'
import type { FollowerOptions } from '#platform/follow/follow.ts'
import type { Position } from '#platform/stream/stream.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { type DeviceId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type ClaimedKeys, claimForServer, claimKeys, type KeyClaims, type Waiting } from './claim-keys.ts'
import { type DeviceListFact, isQuiet } from './device-list-change.ts'
import { deviceFollower } from './follow-devices.ts'
import type { KeysAnswer } from './found-keys.ts'
import { KeyBackup } from './key-backup.ts'
import { type KeyCounts, KeyCountsOfDevices } from './key-counts.ts'
import { type DeviceListAnswer, deviceListFor, localKeysForServers } from './local-keys.ts'
import { lastDeviceListUpdate, type OutgoingUpdate, outgoingDeviceListUpdates } from './outgoing-updates.ts'
import { byServer, type E2eeParts } from './parts.ts'
import { type KeyQuery, type QueriedKeys, queryKeys } from './query-keys.ts'
import { receiveToDevice } from './receive-to-device.ts'
import { receiveDeviceListUpdate, receiveSigningKeyUpdate } from './receive-updates.ts'
import { RemoteDeviceLists } from './remote-device-lists.ts'
import { type OutgoingMessages, sendToDevice } from './send-to-device.ts'
import { selectChangedAmong, selectChangedUsers } from './store/device-list-changes.ts'
import { tidy, tidyRegularly } from './tidy.ts'
import { Turns } from './turns.ts'
import { type CrossSigningUpload, uploadCrossSigningKeys } from './upload-cross-signing-keys.ts'
import { type DeviceOwner, type KeyUpload, uploadKeys } from './upload-keys.ts'
import { type SignatureFailures, type SignatureUpload, uploadSignatures } from './upload-signatures.ts'
import { acknowledge, messagesFor, Outbox, type PendingMessages } from './waiting-messages.ts'

export type { ClaimedKeys, KeyClaims, Waiting } from './claim-keys.ts'
export type { Messages, OutboxFact } from './delivery.ts'
export type { DeviceKeyRules } from './device-keys.ts'
export type { DeviceListFact } from './device-list-change.ts'
export type { KeysAnswer } from './found-keys.ts'
export type { BackupKey, BackupPart, BackupState, BackupVersion, KeyBackup } from './key-backup.ts'
export type { KeyCounts } from './key-counts.ts'
export type { DeviceListAnswer } from './local-keys.ts'
export type { OutgoingUpdate } from './outgoing-updates.ts'
export type { E2eeParts } from './parts.ts'
export type { KeyQuery, QueriedKeys } from './query-keys.ts'
export type { OutgoingMessages } from './send-to-device.ts'
export type { LocalDevice, LocalDevices, Sharing } from './sharing.ts'
export type { CrossSigningUpload } from './upload-cross-signing-keys.ts'
export type { DeviceOwner, KeyUpload } from './upload-keys.ts'
export type { SignatureFailures, SignatureUpload } from './upload-signatures.ts'
export type { PendingMessages } from './waiting-messages.ts'

interface Range {
  readonly after: Position
  readonly upTo: Position
}

export class E2ee {
  readonly backup: KeyBackup
  readonly #parts: E2eeParts & { readonly lists: RemoteDeviceLists; readonly counts: KeyCountsOfDevices }
  readonly #turns = new Turns()
  readonly #outbox: Outbox

  constructor(parts: E2eeParts) {
    this.#parts = { ...parts, lists: new RemoteDeviceLists(parts), counts: new KeyCountsOfDevices(parts) }
    this.backup = new KeyBackup(parts)
    this.#outbox = new Outbox(parts)
  }

  // ── Keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * POST /keys/upload.
   *
   * @throws `M_BAD_JSON`, `M_INVALID_PARAM` (another device's keys, a one-time key ID with other content, too many), `M_INVALID_SIGNATURE`,
   *   `M_FORBIDDEN`.
   */
  async uploadKeys(owner: DeviceOwner, upload: KeyUpload): Promise<KeyCounts> {
    const { counts } = this.#parts
    await this.#turns
      .run(owner.userId, () => uploadKeys(owner, upload, this.#parts))
      .finally(() => counts.forget(owner.userId, owner.deviceId))
    return counts.of(owner.userId, owner.deviceId)
  }

  /** One-time keys left and unused fallback keys of a device, for sync: from memory, or one read. */
  keyCountsOf(userId: UserId, deviceId: DeviceId): Promise<KeyCounts> {
    return this.#parts.counts.of(userId, deviceId)
  }

  /** POST /keys/query. Remote lists that we follow are answered from here; other servers have `timeout` (at most 10 s). */
  queryKeys(asked: KeyQuery, asker: UserId, waiting: Waiting = {}): Promise<QueriedKeys> {
    return queryKeys(asked, asker, waiting, this.#parts)
  }

  /** POST /keys/claim. Each one-time key is given out once, in upload order, also under concurrent claims and on several processes. */
  claimKeys(claims: KeyClaims, waiting: Waiting = {}): Promise<ClaimedKeys> {
    return claimKeys(claims, waiting, this.#parts)
  }

  /** POST /keys/device_signing/upload. `consent` is called if the user must authenticate again, and throws until they have. */
  uploadCrossSigningKeys(userId: UserId, upload: CrossSigningUpload, consent: () => Promise<void>): Promise<void> {
    return this.#turns.run(userId, () => uploadCrossSigningKeys(userId, upload, consent, this.#parts))
  }

  /** POST /keys/signatures/upload: what could not be taken, by user and key. */
  uploadSignatures(userId: UserId, upload: SignatureUpload): Promise<SignatureFailures> {
    return this.#turns.run(userId, () => uploadSignatures(userId, upload, this.#parts))
  }

  // ── For other servers ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Federation /user/keys/query: our users only, others are passed over. */
  async queryKeysForServer(asked: KeyQuery): Promise<Omit<KeysAnswer, 'user_signing_keys'>> {
    const { local } = byServer(asked, this.#parts.serverName)
    const { user_signing_keys: _, ...answer } = (await localKeysForServers(local, this.#parts)).toAnswer()
    return answer
  }

  /** Federation /user/keys/claim: our users only, others are passed over. */
  claimKeysForServer(claims: KeyClaims): Promise<ClaimedKeys['one_time_keys']> {
    return claimForServer(claims, this.#parts)
  }

  /** Federation /user/devices. @throws `M_NOT_FOUND` for a user of another server. */
  async deviceListForServer(userId: UserId): Promise<DeviceListAnswer> {
    if (serverNameOf(userId) !== this.#parts.serverName) throw notFound('This user is not of this server. Ask theirs.')
    return deviceListFor(userId, this.#parts)
  }

  /** An EDU `m.device_list_update`. */
  receiveDeviceListUpdate(origin: ServerName, content: JsonObject): Promise<void> {
    return receiveDeviceListUpdate(origin, content, this.#parts)
  }

  /** An EDU `m.signing_key_update`. */
  receiveSigningKeyUpdate(origin: ServerName, content: JsonObject): Promise<void> {
    return receiveSigningKeyUpdate(origin, content, this.#parts)
  }

  /** An EDU `m.direct_to_device`; taken once, however often it comes. */
  receiveToDevice(origin: ServerName, content: JsonObject): Promise<void> {
    return receiveToDevice(origin, content, this.#parts)
  }

  /** EDUs about our users' devices and keys in (after, upTo], for the servers that share rooms with the user. At most `limit`, in order. */
  outgoingDeviceListUpdates(after: Position, upTo: Position, limit: number): Promise<OutgoingUpdate[]> {
    return outgoingDeviceListUpdates({ after, upTo, limit }, this.#parts)
  }

  /** For a server that begins to share a room with the user: makes it fetch the list. Undefined: the user has no keys. */
  lastDeviceListUpdate(userId: UserId): Promise<OutgoingUpdate | undefined> {
    return lastDeviceListUpdate(userId, this.#parts)
  }

  // ── Device lists ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Users whose keys changed in (from, to] and who share a room with the user now, the user included. For /sync and /keys/changes. */
  async changesBetween(userId: UserId, from: Position, to: Position): Promise<UserId[]> {
    const range = { after: from, upTo: to }
    const isForUser = (payload: unknown) => {
      const { viewer } = payload as DeviceListFact // facts of this kind are made in device-list-change.ts only
      return viewer === undefined || viewer === userId
    }
    if (isQuiet(this.#parts.stream, range, (fact) => fact.kind === 'device-list' && isForUser(fact.payload))) return []
    const rows = await this.#parts.database.run(selectChangedUsers, from, to, userId)
    const changed = rows.map((row) => row.user_id as UserId)
    if (changed.length === 0) return []
    const sharing = await this.#parts.sharing.sharesRoom(userId, changed)
    return changed.filter((other) => other === userId || sharing.has(other))
  }

  /** Those of the users whose keys changed in (from, to]. */
  async deviceListChanges(userIds: readonly UserId[], from: Position, to: Position): Promise<UserId[]> {
    if (userIds.length === 0) return []
    if (isQuiet(this.#parts.stream, { after: from, upTo: to }, (fact) => fact.kind === 'device-list')) return []
    const rows = await this.#parts.database.run(selectChangedAmong, userIds, from, to)
    return rows.map((row) => row.user_id as UserId)
  }

  /** Clears away what belonged to deleted devices, and tells others. For `main` to follow. */
  deviceFollower(): FollowerOptions<DeviceChange> {
    return deviceFollower(this.#parts)
  }

  // ── Messages to devices ─────────────────────────────────────────────────────────────────────────────────────────────

  /** PUT /sendToDevice. A transaction that comes again sends nothing. @throws `M_INVALID_PARAM`, `M_TOO_LARGE`. */
  sendToDevice(outgoing: OutgoingMessages): Promise<void> {
    return sendToDevice(outgoing, this.#parts)
  }

  /** Messages of a device in (after, upTo], at most 100; `upTo` of the answer is how far they go. They stay until `acknowledge`. */
  messagesFor(owner: DeviceOwner, range: Range & { readonly limit?: number }): Promise<PendingMessages> {
    return messagesFor(owner, range, this.#parts)
  }

  /** The device has said that it has everything up to here (by a later `since`). */
  acknowledge(owner: DeviceOwner, upTo: Position): Promise<void> {
    return acknowledge(owner, upTo, this.#parts)
  }

  /** EDUs for a server behind a position, as canonical JSON, oldest first. */
  outboxFor(destination: ServerName, after: Position, limit: number): Promise<{ position: Position; edu: string }[]> {
    return this.#outbox.read(destination, after, limit)
  }

  /** The server has taken everything up to here. */
  acknowledgeOutbox(destination: ServerName, upTo: Position): Promise<void> {
    return this.#outbox.acknowledge(destination, upTo)
  }

  destinationsWithOutbox(): Promise<ServerName[]> {
    return this.#outbox.destinations()
  }

  // ── Work in the background ──────────────────────────────────────────────────────────────────────────────────────────

  /** Begins to fetch stale device lists when they are due, and to tidy. Returns the way to stop, which waits for what is under way. */
  start(): () => Promise<void> {
    const stopFetching = this.#parts.lists.start()
    const stopTidying = tidyRegularly(this.#parts)
    return async () => {
      stopFetching()
      await Promise.all([stopTidying(), this.idle()])
    }
  }

  /** Fetches the stale device lists that are due now. */
  fetchDueDeviceLists(): Promise<void> {
    return this.#parts.lists.fetchDue()
  }

  /** Resolves when no device list is being fetched. */
  idle(): Promise<void> {
    return this.#parts.lists.idle()
  }

  /** Keeps tables within their bounds; `start` does so every hour. */
  tidy(): Promise<void> {
    return tidy(this.#parts)
  }
}
