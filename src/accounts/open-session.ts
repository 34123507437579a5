// Opens a session on a device: at login and at registration. A login on a known device ends the tokens it had.
// spec: client-server-api #relationship-between-access-tokens-and-devices

import type { Clock } from '#platform/clock/clock.ts'
import { type Database, type Query, query } from '#platform/database/database.ts'
import type { Random } from '#platform/random/random.ts'
import { type Stream, type WriterRow, write } from '#platform/stream/stream.ts'
import { forbidden, invalidParam } from '#protocol/errors/errors.ts'
import { type DeviceId, parseDeviceId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { checkDeviceName, deviceFact } from './devices.ts'
import { makeToken, type SecretToken } from './secret-tokens.ts'
import type { SessionCache } from './session-cache.ts'
import { insertDevice, logDeviceChange, selectDevicePlace, updateDeviceIdentity } from './store/devices.ts'
import { deleteTokensOfDevice, insertFirstToken, insertToken } from './store/session-tokens.ts'
import type { UserTurns } from './user-turns.ts'

export interface SessionWishes {
  /** A known device is taken over; an unknown one is made. Undefined: we choose the ID. */
  readonly deviceId?: string
  /** For a new device only. */
  readonly displayName?: string
  /** The client can refresh: its access token ends after the configured time. */
  readonly refreshable?: boolean
  readonly assurance?: string
  readonly identityProvider?: string
}

export interface OpenedSession {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** Milliseconds; undefined: the access token does not end by itself. */
  readonly expiresIn: number | undefined
}

/** Devices of one user. Every sender encrypts for each of them, so a thousand is already a burden on others. */
export const MAX_DEVICES = 1000

const DEVICE_ID_LENGTH = 10

export interface OpenSessionParts {
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly random: Random
  readonly sessions: SessionCache
  readonly turns: UserTurns
  /** Milliseconds that an access token of a refreshing client lives. */
  readonly accessTokenLifetime: number
}

interface Tokens {
  readonly access: SecretToken
  readonly refresh: SecretToken | undefined
  readonly expiresIn: number | undefined
}

export function openSession(userId: UserId, wishes: SessionWishes, parts: OpenSessionParts): Promise<OpenedSession> {
  const deviceId = chosenDeviceId(wishes.deviceId, parts.random)
  if (wishes.displayName !== undefined) checkDeviceName(wishes.displayName)
  const tokens = makeTokens(wishes.refreshable === true, parts)
  return parts.turns.run(userId, async () => {
    const place = await parts.database.one(selectDevicePlace, userId, deviceId)
    if (place?.known) await takeOver(userId, deviceId, wishes, tokens, parts)
    else await makeDevice(userId, deviceId, { wishes, tokens, devices: place?.devices ?? 0 }, parts)
    return {
      userId,
      deviceId,
      accessToken: tokens.access.token,
      refreshToken: tokens.refresh?.token,
      expiresIn: tokens.expiresIn,
    }
  })
}

/** @throws `M_INVALID_PARAM` for a device ID that nobody can have. */
export function chosenDeviceId(asked: string | undefined, random: Random): DeviceId {
  const deviceId = parseDeviceId(asked ?? random.text(DEVICE_ID_LENGTH).toUpperCase())
  if (deviceId === undefined) throw invalidParam('A device ID has 1 to 255 bytes. Leave device_id out to get one.')
  return deviceId
}

export function makeTokens(
  refreshable: boolean,
  parts: Pick<OpenSessionParts, 'random' | 'accessTokenLifetime'>,
): Tokens {
  return {
    access: makeToken('access', parts.random),
    refresh: refreshable ? makeToken('refresh', parts.random) : undefined,
    expiresIn: refreshable ? parts.accessTokenLifetime : undefined,
  }
}

export interface TokenPlace {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly generation: number
  readonly now: number
}

/** The statements that store tokens of a device. */
export function tokenInserts({ userId, deviceId, generation, now }: TokenPlace, tokens: Tokens): Query[] {
  const expiresAt = tokens.expiresIn === undefined ? null : now + tokens.expiresIn
  const access = query(insertToken, tokens.access.hash, 'access', userId, deviceId, generation, now, expiresAt)
  if (tokens.refresh === undefined) return [access]
  return [access, query(insertToken, tokens.refresh.hash, 'refresh', userId, deviceId, generation, now, null)]
}

async function takeOver(
  userId: UserId,
  deviceId: DeviceId,
  wishes: SessionWishes,
  tokens: Tokens,
  parts: OpenSessionParts,
): Promise<void> {
  const now = parts.clock.now()
  await parts.database.atomically([
    query(updateDeviceIdentity, userId, deviceId, wishes.assurance ?? null, wishes.identityProvider ?? null),
    query(deleteTokensOfDevice, userId, deviceId),
    ...tokenInserts({ userId, deviceId, generation: 0, now }, tokens),
  ])
  parts.sessions.dropUser(userId)
}

async function makeDevice(
  userId: UserId,
  deviceId: DeviceId,
  { wishes, tokens, devices }: { wishes: SessionWishes; tokens: Tokens; devices: number },
  parts: OpenSessionParts,
): Promise<void> {
  if (devices >= MAX_DEVICES) {
    throw forbidden('accounts/too-many-devices', `You have ${devices} devices. Log some of them out first.`)
  }
  const createdAt = parts.clock.now()
  const expiresAt = tokens.expiresIn === undefined ? null : createdAt + tokens.expiresIn
  const token = { userId, deviceId, createdAt }
  const rows: WriterRow[] = [
    write(insertDevice, {
      userId,
      deviceId,
      displayName: wishes.displayName ?? null,
      createdAt,
      assurance: wishes.assurance ?? null,
      identityProvider: wishes.identityProvider ?? null,
    }),
    write(logDeviceChange, { userId, deviceId, change: 'created' }, 0),
    write(insertFirstToken, { ...token, hash: tokens.access.hash, kind: 'access', expiresAt }),
  ]
  if (tokens.refresh !== undefined) {
    rows.push(write(insertFirstToken, { ...token, hash: tokens.refresh.hash, kind: 'refresh', expiresAt: null }))
  }
  await parts.stream.append({ facts: [deviceFact({ userId, deviceId, change: 'created' })], rows })
}
