// Takes one-time keys of devices, to begin encrypted sessions with them.
// spec: client-server-api POST /_matrix/client/v3/keys/claim; server-server-api POST /_matrix/federation/v1/user/keys/claim

import { invalidParam } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import type { KeyCountsOfDevices } from './key-counts.ts'
import { MAX_DEVICES_PER_REQUEST } from './limits.ts'
import { byServer, type E2eeParts } from './parts.ts'
import { Failures, remoteTimeout } from './remote-questions.ts'
import { claimKeys as claimStatement } from './store/one-time-keys.ts'

/** By user and device: the algorithm wanted. */
export type KeyClaims = ReadonlyMap<UserId, ReadonlyMap<DeviceId, string>>

/** The wire form: user → device → `algorithm:key ID` → key. */
export interface ClaimedKeys {
  readonly one_time_keys: { [userId: string]: { [deviceId: string]: JsonObject } }
  readonly failures: { [serverName: string]: JsonObject }
}

export interface Waiting {
  /** Milliseconds to wait for other servers; at most 10,000. */
  readonly timeout?: number
  readonly signal?: AbortSignal
}

type ClaimParts = Pick<E2eeParts, 'serverName' | 'database' | 'transport'> & { readonly counts: KeyCountsOfDevices }

export async function claimKeys(claims: KeyClaims, waiting: Waiting, parts: ClaimParts): Promise<ClaimedKeys> {
  refuseTooMany(claims)
  const { local, remote } = byServer(claims, parts.serverName)
  const failures = new Failures()
  const claimed = new Map<UserId, Map<DeviceId, JsonObject>>()
  const options = { timeout: remoteTimeout(waiting.timeout), signal: waiting.signal }
  await Promise.all([
    claimLocal(local, claimed, parts),
    ...[...remote].map(async ([server, asked]) => {
      const outcome = await parts.transport.claimUserKeys(server, asked, options)
      if (!outcome.ok) return failures.note(outcome.failure)
      for (const [userId, devices] of outcome.value) claimed.set(userId, new Map(devices))
    }),
  ])
  return { one_time_keys: answerOf(claimed), failures: failures.toAnswer() }
}

/** For another server: users of ours only, others are passed over. */
export async function claimForServer(claims: KeyClaims, parts: ClaimParts): Promise<ClaimedKeys['one_time_keys']> {
  refuseTooMany(claims)
  const claimed = new Map<UserId, Map<DeviceId, JsonObject>>()
  await claimLocal(byServer(claims, parts.serverName).local, claimed, parts)
  return answerOf(claimed)
}

async function claimLocal(
  claims: KeyClaims,
  claimed: Map<UserId, Map<DeviceId, JsonObject>>,
  { database, counts }: ClaimParts,
): Promise<void> {
  const asked = [...claims].flatMap(([userId, devices]) =>
    [...devices].map(([deviceId, algorithm]) => ({ userId, deviceId, algorithm })),
  )
  if (asked.length === 0) return
  const rows = await database.run(
    claimStatement,
    asked.map(({ userId }) => userId),
    asked.map(({ deviceId }) => deviceId),
    asked.map(({ algorithm }) => algorithm),
  )
  for (const row of rows) {
    const [userId, deviceId] = [row.user_id as UserId, row.device_id as DeviceId] // row mapping
    counts.forget(userId, deviceId)
    const devices = claimed.get(userId) ?? new Map<DeviceId, JsonObject>()
    claimed.set(userId, devices.set(deviceId, { [`${row.algorithm}:${row.key_id}`]: JSON.parse(row.key) as Json }))
  }
}

function refuseTooMany(claims: KeyClaims): void {
  let devices = 0
  for (const [, asked] of claims) devices += asked.size
  if (devices > MAX_DEVICES_PER_REQUEST) {
    throw invalidParam(`Keys of at most ${MAX_DEVICES_PER_REQUEST} devices can be claimed at once. Ask for fewer.`)
  }
}

const answerOf = (claimed: ReadonlyMap<UserId, ReadonlyMap<DeviceId, JsonObject>>) =>
  Object.fromEntries([...claimed].map(([userId, devices]) => [userId, Object.fromEntries(devices)]))
