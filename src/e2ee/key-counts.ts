// How many one-time keys a device has left, and which fallback keys are unused: part of every sync, so remembered.
// spec: client-server-api #e2e-extensions-to-sync

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { countKeys } from './store/one-time-keys.ts'

export interface KeyCounts {
  /** By algorithm. Zero is told for the algorithm that clients know, so that they upload. */
  readonly oneTimeKeys: { readonly [algorithm: string]: number }
  readonly unusedFallbackKeys: readonly string[]
}

/** Devices that sync; some 200 bytes each. */
const CAPACITY = 50_000
/** A claim in another process is seen after this at the latest (ms). Clients keep dozens of keys, so it does not matter sooner. */
const MAX_AGE = 30_000

export class KeyCountsOfDevices {
  readonly #database: Database
  readonly #counts: BoundedCache<string, KeyCounts>
  /** Grows with each change, so that what was read before it is not remembered. */
  #epoch = 0

  constructor(parts: { readonly database: Database; readonly clock: Clock }) {
    this.#database = parts.database
    this.#counts = new BoundedCache({ capacity: CAPACITY, age: { maxAge: MAX_AGE, clock: parts.clock } })
  }

  async of(userId: UserId, deviceId: DeviceId): Promise<KeyCounts> {
    const key = keyOf(userId, deviceId)
    const known = this.#counts.get(key)
    if (known !== undefined) return known
    const epoch = this.#epoch
    const counts = await this.#read(userId, deviceId)
    if (epoch === this.#epoch) this.#counts.set(key, counts)
    return counts
  }

  /** The device's keys have changed, or may have. */
  forget(userId: UserId, deviceId: DeviceId): void {
    this.#epoch += 1
    this.#counts.delete(keyOf(userId, deviceId))
  }

  async #read(userId: UserId, deviceId: DeviceId): Promise<KeyCounts> {
    const oneTimeKeys: [string, number][] = [['signed_curve25519', 0]]
    const unusedFallbackKeys: string[] = []
    for (const { algorithm, keys } of await this.#database.run(countKeys, userId, deviceId)) {
      if (keys === null) unusedFallbackKeys.push(algorithm)
      else oneTimeKeys.push([algorithm, keys])
    }
    return { oneTimeKeys: Object.fromEntries(oneTimeKeys), unusedFallbackKeys }
  }
}

const keyOf = (userId: UserId, deviceId: DeviceId): string => `${userId}\0${deviceId}`
