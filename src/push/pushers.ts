// Users' pushers: list, set, delete, and gone with their device.
// spec: client-server-api, /_matrix/client/v3/pushers

import type { Accounts, DeviceChange } from '#accounts/accounts.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { FollowerOptions } from '#platform/follow/follow.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type Pusher, pusherFromRow, pusherKeyOf, pusherOnTheWire, pusherWishesOf } from './pusher.ts'
import {
  deletePusher,
  deletePushersOfDevices,
  deletePushersOfOthers,
  selectPushers,
  storePusher,
} from './store/pushers.ts'

export interface PushersParts {
  readonly database: Database
  readonly clock: Clock
  readonly accounts: Pick<Accounts, 'devices'>
}

/** Some apps on each of a person's devices. Every one of them is a request for every message. */
const MAX_PUSHERS = 100
/** Device changes of one turn: two queries. */
const BATCH = 100

export class Pushers {
  readonly #parts: PushersParts

  constructor(parts: PushersParts) {
    this.#parts = parts
  }

  /** A user's pushers as clients read them, oldest first. */
  async list(userId: UserId): Promise<ReturnType<typeof pusherOnTheWire>[]> {
    const pushers = (await this.#parts.database.run(selectPushers, userId)).map(pusherFromRow)
    if (pushers.length === 0) return []
    // A device that was logged out just now takes its pushers with it, which the follower may not have seen yet.
    const devices = new Set((await this.#parts.accounts.devices.list(userId)).map(({ deviceId }) => deviceId))
    return pushers.filter(({ deviceId }) => devices.has(deviceId)).map(pusherOnTheWire)
  }

  /**
   * POST /pushers/set: makes a pusher of the device, changes one (it stays with the device that made it), or deletes one.
   *
   * @throws `M_INVALID_PARAM`, `M_MISSING_PARAM`, `M_BAD_JSON`; `M_INVALID_PARAM` for one pusher too many.
   */
  async set(owner: { readonly userId: UserId; readonly deviceId: DeviceId }, body: JsonObject): Promise<void> {
    const { appId, pushkey } = pusherKeyOf(body)
    if (body['kind'] === null) {
      await this.#parts.database.run(deletePusher, owner.userId, appId, pushkey)
      return
    }
    const pusher: Pusher = { ...pusherWishesOf(body), ...owner, updatedAt: this.#parts.clock.now() }
    if (body['append'] !== true) {
      await this.#parts.database.run(deletePushersOfOthers, owner.userId, appId, pushkey)
    }
    await this.#store(pusher)
  }

  async #store(pusher: Pusher): Promise<void> {
    const { database, accounts } = this.#parts
    const devices = (await accounts.devices.list(pusher.userId)).map(({ deviceId }) => deviceId)
    const stored = await database.run(
      storePusher,
      pusher.userId,
      pusher.appId,
      pusher.pushkey,
      pusher.appDisplayName,
      pusher.deviceDisplayName,
      pusher.profileTag ?? null,
      pusher.lang,
      JSON.stringify(pusher.data),
      pusher.enabled,
      pusher.deviceId,
      devices,
      MAX_PUSHERS,
      pusher.updatedAt,
    )
    if (stored.length === 0)
      throw invalidParam(`You have ${MAX_PUSHERS} pushers. Delete one that you do not use first.`)
  }
}

/** Deletes the pushers of devices that are gone: by logout, by a new password, by the end of the account. */
export function deviceFollower({ accounts, database }: PushersParts): FollowerOptions<DeviceChange> {
  const { devices } = accounts
  return {
    name: 'push.devices',
    kinds: ['device'],
    batch: BATCH,
    read: (after, upTo, limit) => devices.changes(after, upTo, limit),
    handle: async (changes) => {
      const deleted = changes.filter(({ change }) => change === 'deleted')
      if (deleted.length === 0) return
      // Who has logged in again with the same device since keeps what they have set then.
      const there = await devices.ofUsers([...new Set(deleted.map(({ userId }) => userId))])
      const gone = deleted.filter(
        ({ userId, deviceId }) => !there.get(userId)?.some((device) => device.deviceId === deviceId),
      )
      await database.run(
        deletePushersOfDevices,
        gone.map(({ userId }) => userId),
        gone.map(({ deviceId }) => deviceId),
      )
    },
  }
}
