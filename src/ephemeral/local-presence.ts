// The presence of one of our users, worked out from the devices that are there.
// spec: client-server-api/modules/presence.md #last-active-ago, #idle-timeout

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { PresenceName, PresenceState } from './presence-state.ts'

/** A device that asks for nothing this long is gone: clients ask again at once after each answer. */
export const GONE_AFTER: Milliseconds = 30_000
/** Without a sign of the person: idle. */
export const IDLE_AFTER: Milliseconds = 5 * 60_000
/** Signs of the person within this time are not announced one by one. */
export const ACTIVE_FOR: Milliseconds = 60_000
/** Devices looked at; somebody who is at more of them is there anyway. */
const MAX_DEVICES = 32

interface PresentDevice {
  presence: PresenceName
  lastSeen: Milliseconds
  /** Requests of it that wait for news. */
  polls: number
}

export class LocalPresence {
  readonly userId: UserId
  statusMsg: string | undefined
  lastActiveTs: Milliseconds
  readonly #devices = new Map<DeviceId, PresentDevice>()

  constructor(userId: UserId, known?: PresenceState) {
    this.userId = userId
    this.statusMsg = known?.statusMsg
    this.lastActiveTs = known?.lastActiveTs ?? 0
  }

  get isGone(): boolean {
    return this.#devices.size === 0
  }

  /** The client said so itself. */
  set(deviceId: DeviceId, presence: PresenceName, now: Milliseconds): void {
    this.#device(deviceId, now).presence = presence
    if (presence === 'online') this.lastActiveTs = now
  }

  /** A device begins to wait for news. Coming back is a sign of the person, waiting on is not. */
  startPoll(deviceId: DeviceId, presence: PresenceName, now: Milliseconds): void {
    const wasThere = this.at(now).presence !== 'offline'
    const device = this.#device(deviceId, now)
    device.presence = presence
    device.polls += 1
    if (!wasThere && presence === 'online') this.lastActiveTs = now
  }

  endPoll(deviceId: DeviceId, now: Milliseconds): void {
    const device = this.#devices.get(deviceId)
    if (device === undefined) return
    device.polls = Math.max(0, device.polls - 1)
    device.lastSeen = now
  }

  /** The person did something. */
  active(deviceId: DeviceId, now: Milliseconds): void {
    this.lastActiveTs = now
    this.#device(deviceId, now).presence = 'online'
  }

  /** As others see it at `now`. Forgets devices that are gone. */
  at(now: Milliseconds): PresenceState {
    const presence = this.#presenceAt(now)
    const { userId, statusMsg, lastActiveTs } = this
    const currentlyActive = presence === 'online' && now - lastActiveTs < ACTIVE_FOR
    return { userId, presence, statusMsg, currentlyActive, lastActiveTs }
  }

  #presenceAt(now: Milliseconds): PresenceName {
    let best: PresenceName = 'offline'
    for (const [deviceId, device] of this.#devices) {
      if (device.polls === 0 && now - device.lastSeen >= GONE_AFTER) this.#devices.delete(deviceId)
      else if (device.presence === 'online') best = 'online'
      else if (device.presence === 'unavailable' && best === 'offline') best = 'unavailable'
    }
    return best === 'online' && now - this.lastActiveTs >= IDLE_AFTER ? 'unavailable' : best
  }

  #device(deviceId: DeviceId, now: Milliseconds): PresentDevice {
    const known = this.#devices.get(deviceId)
    if (known !== undefined) {
      known.lastSeen = now
      return known
    }
    const [oldest] = this.#devices.keys()
    if (this.#devices.size >= MAX_DEVICES && oldest !== undefined) this.#devices.delete(oldest)
    const device: PresentDevice = { presence: 'offline', lastSeen: now, polls: 0 }
    this.#devices.set(deviceId, device)
    return device
  }
}
