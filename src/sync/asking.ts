// One request of /sync as every part of the answer sees it.
// spec: client-server-api, GET /_matrix/client/v3/sync

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { SyncFilter } from '#protocol/event-filter/event-filter.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { KnownEvent, Reader, ShowOptions } from '#rooms/rooms.ts'

/** Longer waits are cut: proxies and phones give up a connection that is silent for long. */
export const LONGEST_WAIT: Milliseconds = 120_000

export interface Asking {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly filter: SyncFilter
  /** The filter leaves nothing of the state out; lazy loading is no leaving out. */
  readonly wholeState: boolean
  readonly ignored: ReadonlySet<UserId>
  /** Names under which the state after the timeline is told; none: the state before it is told, as `state`. */
  readonly stateAfterNames: readonly string[]
  readonly fullState: boolean
}

export const readerOf = ({ userId, deviceId, ignored }: Asking): Reader => ({ userId, deviceId, ignored: [...ignored] })

export const showOptionsOf = ({ filter }: Asking): ShowOptions => ({ roomId: false, format: filter.eventFormat })

/** The text with the fields only that the filter asks for. */
export function pickedText({ filter: { pickFields } }: Asking, json: string): string {
  return pickFields === undefined ? json : JSON.stringify(pickFields(JSON.parse(json) as JsonObject)) // our own text
}

/** Whether an event is in the timeline that was asked for: by the filter, and not a message of somebody ignored. */
export function isWanted({ filter, ignored }: Asking, { event }: KnownEvent): boolean {
  if (event.stateKey === undefined && ignored.has(event.sender)) return false
  return filter.room.timeline.matches(event)
}
