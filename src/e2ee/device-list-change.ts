// A change of somebody's keys, as a part of an act: the fact that wakes clients, and the row that they read.
// spec: client-server-api #tracking-the-device-list-for-a-user

import { type Act, type Fact, type Position, type Stream, type WriterRow, write } from '#platform/stream/stream.ts'
import { type DeviceId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { logDeviceListChange } from './store/device-list-changes.ts'

export interface DeviceListChange {
  readonly userId: UserId
  /** The device that changed; undefined: the cross-signing keys. */
  readonly deviceId?: DeviceId
  /** The only user who can see the change; undefined: all who share a room. */
  readonly viewer?: UserId
}

/** Payload of a fact of kind `device-list`. */
export interface DeviceListFact {
  readonly userId: UserId
  readonly viewer: UserId | undefined
}

/** An act that tells of the changes, with what else it writes. */
export function actOf(changes: readonly DeviceListChange[], rows: readonly WriterRow[], serverName: ServerName): Act {
  return {
    facts: changes.map(factOf),
    rows: [...rows, ...changes.map((change, index) => write(logDeviceListChange, rowOf(change, serverName), index))],
  }
}

function factOf({ userId, viewer }: DeviceListChange): Fact {
  const payload: DeviceListFact = { userId, viewer }
  return { kind: 'device-list', user: viewer ?? userId, payload }
}

const rowOf = ({ userId, deviceId, viewer }: DeviceListChange, serverName: ServerName) => ({
  userId,
  local: serverNameOf(userId) === serverName,
  deviceId: deviceId ?? null,
  viewer: viewer ?? null,
})

/**
 * True if memory says for certain that nothing of the kind happened in (after, up to]: the common case for thousands of waiting clients,
 * who need not ask the database.
 */
export function isQuiet(
  stream: Stream,
  range: { readonly after: Position; readonly upTo: Position },
  matches: (fact: Fact) => boolean,
): boolean {
  if (range.upTo <= range.after) return true
  const facts = stream.since(range.after)
  return facts !== undefined && !facts.some((fact) => fact.position <= range.upTo && matches(fact))
}
