// What an answer tells a device about encryption: its messages, whose keys have changed, how many keys it has left.
// spec: client-server-api #e2e-extensions-to-sync, modules/send_to_device.md (#extensions-to-sync)

import { BoundedCache } from '#platform/limits/limits.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Asking } from './asking.ts'
import type { Window } from './news.ts'
import { eventsMember } from './room-texts.ts'
import type { PeopleMoved } from './shared-rooms.ts'
import type { SincePoint } from './since-token.ts'
import type { EncryptionSource } from './sources.ts'

/** Devices of which it is remembered what they were given. One that is forgotten costs a statement more. */
const DEVICES = 50_000

export interface DeviceListChanges {
  readonly changed: readonly UserId[]
  readonly left: readonly UserId[]
}

export class DeviceSections {
  readonly #encryption: EncryptionSource
  readonly #rooms: Rooms
  /** Up to where messages were given to a device; 0: it has said that it has them all. */
  readonly #given = new BoundedCache<string, Position>({ capacity: DEVICES })

  constructor(encryption: EncryptionSource, rooms: Rooms) {
    this.#encryption = encryption
    this.#rooms = rooms
  }

  /** The device has what came with the token: its messages are forgotten. Asks the database only when there may be some. */
  async acknowledge(
    { userId, deviceId }: Pick<Asking, 'userId' | 'deviceId'>,
    since: Pick<SincePoint, 'position' | 'toDevice'>,
  ): Promise<void> {
    const key = `${userId}\0${deviceId}`
    const upTo = since.toDevice ?? since.position
    const given = this.#given.get(key)
    if (given === 0 || (given !== undefined && given > upTo)) return
    await this.#encryption.acknowledge({ userId, deviceId }, upTo)
    this.#given.set(key, 0)
  }

  /** The messages behind the token. `upTo`: how far they go, when not all fit. */
  async messages(
    { userId, deviceId }: Asking,
    since: SincePoint | undefined,
    window: Window,
  ): Promise<{ readonly text: string; readonly upTo: Position | undefined }> {
    const after = since?.toDevice ?? (since ? window.after : 0)
    const { events, upTo } = await this.messagesIn({ userId, deviceId }, { after, upTo: window.upTo })
    return {
      text: events.length === 0 ? '' : eventsMember('to_device', events.join()),
      upTo: upTo < window.upTo ? upTo : undefined,
    }
  }

  /** Messages in a window as texts, at most 100 or `limit`. `upTo`: how far they go. */
  async messagesIn(
    { userId, deviceId }: Pick<Asking, 'userId' | 'deviceId'>,
    { after, upTo: end }: Window,
    limit?: number,
  ): Promise<{ readonly events: readonly string[]; readonly upTo: Position }> {
    const range = { after, upTo: end, ...(limit !== undefined && { limit }) }
    const { events, upTo } = await this.#encryption.messagesFor({ userId, deviceId }, range)
    if (events.length > 0) this.#given.set(`${userId}\0${deviceId}`, upTo)
    return { events, upTo }
  }

  /** Whose keys to ask for anew, and with whom no room is shared any more. */
  async listChanges({ userId }: Asking, { after, upTo }: Window, moved: PeopleMoved): Promise<DeviceListChanges> {
    const changed = new Set<UserId>(await this.#encryption.changesBetween(userId, after, upTo))
    for (const other of moved.joined) changed.add(other)
    const gone = [...moved.left]
    const shared = gone.length === 0 ? new Set<UserId>() : await this.#rooms.sharesRoom(userId, gone)
    const left = gone.filter((other) => !shared.has(other))
    for (const other of left) changed.delete(other)
    return { changed: [...changed], left }
  }

  /** Only for a client that has been here before: one that begins asks for keys by itself. */
  async lists(asking: Asking, window: Window, moved: PeopleMoved): Promise<string> {
    const { changed, left } = await this.listChanges(asking, window, moved)
    if (changed.length === 0 && left.length === 0) return ''
    return `"device_lists":{"changed":${JSON.stringify(changed)},"left":${JSON.stringify(left)}}`
  }

  async keyCounts({ userId, deviceId }: Pick<Asking, 'userId' | 'deviceId'>): Promise<string> {
    const { oneTimeKeys, unusedFallbackKeys } = await this.#encryption.keyCountsOf(userId, deviceId)
    const types = JSON.stringify(unusedFallbackKeys)
    return [
      `"device_one_time_keys_count":${JSON.stringify(oneTimeKeys)}`,
      `"device_unused_fallback_key_types":${types}`,
      // The name from before it was in the specification; some clients read no other.
      `"org.matrix.msc2732.device_unused_fallback_key_types":${types}`,
    ].join()
  }
}
