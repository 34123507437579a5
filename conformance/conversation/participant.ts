// A person with a device: matrix-js-sdk with its Rust crypto, as a real client has it.

import {
  ClientEvent,
  createClient,
  EventType,
  type ISendEventResponse,
  type MatrixClient,
  type MatrixEvent,
  MatrixEventEvent,
  RoomEvent,
  SyncState,
} from 'matrix-js-sdk'
import { type Logger, logger } from 'matrix-js-sdk/lib/logger.js'
import { Line } from './line.ts'

export interface Home {
  readonly baseUrl: string
  readonly userId: string
  readonly password: string
  readonly fetchFn: typeof fetch
}

/** Milliseconds to wait for something that another device does. Generous: a slow machine is no failure. */
const PATIENCE = 300_000

export class Participant {
  readonly client: MatrixClient
  readonly home: Home
  /** The key to the user's secret storage, once they have made or typed it in. */
  recoveryKey: Uint8Array<ArrayBuffer> | undefined

  readonly #line: Line

  private constructor(client: MatrixClient, home: Home, line: Line, recoveryKey: Uint8Array<ArrayBuffer> | undefined) {
    this.client = client
    this.#line = line
    this.home = home
    this.recoveryKey = recoveryKey
  }

  /** Logs in on a new device and syncs. */
  static async arrive(home: Home, recoveryKey?: Uint8Array<ArrayBuffer>): Promise<Participant> {
    if ('disableAll' in logger && typeof logger.disableAll === 'function') logger.disableAll()
    const { baseUrl, userId } = home
    const line = new Line(home.fetchFn)
    const fetchFn = line.fetch
    const anonymous = createClient({ baseUrl, fetchFn, logger: silent })
    const login = await anonymous.loginRequest({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: userId },
      password: home.password,
      initial_device_display_name: 'samband demo',
    })
    const keys: { of?: Participant } = {}
    const client = createClient({
      baseUrl,
      fetchFn,
      logger: silent,
      userId: login.user_id,
      deviceId: login.device_id,
      accessToken: login.access_token,
      cryptoCallbacks: {
        getSecretStorageKey: async ({ keys: asked }) => {
          const [keyId] = Object.keys(asked)
          const key = keys.of?.recoveryKey
          return keyId !== undefined && key ? [keyId, key] : null
        },
        cacheSecretStorageKey: (_id, _info, key) => {
          if (keys.of) keys.of.recoveryKey = key
        },
      },
    })
    await client.initRustCrypto({ useIndexedDB: false })
    const participant = new Participant(client, home, line, recoveryKey)
    keys.of = participant
    await client.startClient({ initialSyncLimit: 50, lazyLoadMembers: true })
    await participant.waitForSync()
    return participant
  }

  get userId(): string {
    return this.home.userId
  }

  get crypto() {
    const crypto = this.client.getCrypto()
    if (!crypto) throw new Error('The client has no crypto.')
    return crypto
  }

  /** The line is there again. */
  async online(): Promise<void> {
    this.#line.heal()
    this.client.retryImmediately()
    await this.waitForSync()
  }

  /** The line is cut; the program goes on running. */
  offline(): void {
    this.#line.cut()
  }

  /** Ends the program. */
  leave(): void {
    this.client.stopClient()
  }

  /** Makes cross-signing keys, secret storage and a key backup, as a client does after the first login. */
  async secureAccount(): Promise<void> {
    const auth = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: this.userId },
      password: this.home.password,
    }
    await this.crypto.bootstrapCrossSigning({
      authUploadDeviceSigningKeys: async (makeRequest) => {
        await makeRequest(auth)
      },
    })
    await this.crypto.bootstrapSecretStorage({
      createSecretStorageKey: async () => {
        const key = await this.crypto.createRecoveryKeyFromPassphrase()
        this.recoveryKey = key.privateKey
        return key
      },
      setupNewSecretStorage: true,
      setupNewKeyBackup: true,
    })
  }

  /** What the server says; the client remembers what it was at the start. */
  async keysInBackup(): Promise<number> {
    const authorization = `Bearer ${this.client.getAccessToken()}`
    const url = `${this.home.baseUrl}/_matrix/client/v3/room_keys/version`
    const answer = await this.home.fetchFn(url, { headers: { authorization } })
    return ((await answer.json()) as { count: number }).count
  }

  /** Opens the secrets of the account on a second device and fetches the room keys from the backup. @returns how many. */
  async restoreFromBackup(): Promise<number> {
    // The public keys must be known before the private ones can be checked against them.
    await this.crypto.userHasCrossSigningKeys(undefined, true)
    await this.crypto.bootstrapCrossSigning({})
    await this.crypto.loadSessionBackupPrivateKeyFromSecretStorage()
    await this.crypto.checkKeyBackupAndEnable()
    return (await this.crypto.restoreKeyBackup()).imported
  }

  async createEncryptedRoom(name: string | undefined, invite: readonly string[], isDirect: boolean): Promise<string> {
    const { room_id } = await this.client.createRoom({
      ...(name !== undefined && { name }),
      invite: [...invite],
      is_direct: isDirect,
      preset: 'trusted_private_chat' as never,
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    })
    await this.until(
      `${this.userId} is in ${room_id}`,
      () => this.client.getRoom(room_id)?.hasEncryptionStateEvent() ?? false,
    )
    return room_id
  }

  /** Waits for the invitation and accepts it. */
  async accept(roomId: string): Promise<void> {
    await this.until(`${this.userId} is invited`, () => this.client.getRoom(roomId)?.getMyMembership() === 'invite')
    await this.client.joinRoom(roomId)
    await this.until(`${this.userId} is in the room`, () => this.client.getRoom(roomId)?.getMyMembership() === 'join')
  }

  send(roomId: string, content: Record<string, unknown>): Promise<ISendEventResponse> {
    return this.client.sendEvent(roomId, EventType.RoomMessage, content as never)
  }

  /** The decrypted event with the ID, when it has come. */
  async sees(roomId: string, eventId: string): Promise<MatrixEvent> {
    let found: MatrixEvent | undefined
    await this.until(`${this.userId} reads ${eventId}`, () => {
      found = this.#find(roomId, eventId)
      return found !== undefined && isReadable(found)
    })
    if (!found) throw new Error('unreachable')
    return found
  }

  #find(roomId: string, eventId: string): MatrixEvent | undefined {
    const room = this.client.getRoom(roomId)
    return room?.findEventById(eventId)
  }

  async waitForSync(): Promise<void> {
    await this.until(`${this.userId} syncs`, () => {
      const state = this.client.getSyncState()
      return state === SyncState.Prepared || state === SyncState.Syncing
    })
  }

  /** Waits for a condition, looked at whenever the client has news. Fails with `what` when nothing comes of it. */
  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!holds()) return
        stop()
        resolve()
      }
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`Waited in vain: ${what}.`))
      }, PATIENCE)
      const stop = () => {
        clearTimeout(timer)
        this.client.off(ClientEvent.Sync, look)
        this.client.off(ClientEvent.Event, look)
        this.client.off(MatrixEventEvent.Decrypted, look)
        this.client.off(RoomEvent.Timeline, look)
        this.client.off(RoomEvent.MyMembership, look)
      }
      this.client.on(ClientEvent.Sync, look)
      this.client.on(ClientEvent.Event, look)
      this.client.on(MatrixEventEvent.Decrypted, look)
      this.client.on(RoomEvent.Timeline, look)
      this.client.on(RoomEvent.MyMembership, look)
    })
  }
}

/** A message that went in the clear, or one that could be decrypted. */
const isReadable = (event: MatrixEvent): boolean =>
  !event.isEncrypted() ||
  (!event.isBeingDecrypted() && !event.isDecryptionFailure() && event.getClearContent() !== null)

/** The SDK tells much of its inner life; here only the conversation is told. */
const silent: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  getChild: () => silent,
}
