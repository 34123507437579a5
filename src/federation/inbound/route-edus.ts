// EDUs go to whoever they are for, by type. Each by itself: one that fails is logged and passed over, as is one that nobody knows.
// spec: server-server-api #edus

import type { Log } from '#platform/log/log.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { isForLater } from './is-for-later.ts'

type Receive = (origin: ServerName, content: JsonObject) => Promise<void>

/** The part of `e2ee` that takes in EDUs. */
export interface KeyReceivers {
  readonly receiveToDevice: Receive
  readonly receiveDeviceListUpdate: Receive
  readonly receiveSigningKeyUpdate: Receive
}

export interface EduReceivers {
  readonly e2ee: KeyReceivers
  /** `ephemeral`, which checks access lists and memberships itself. */
  readonly ephemeral: {
    readonly receiveTyping: Receive
    readonly receipts: { readonly receive: Receive }
    readonly presence: { readonly receive: Receive }
  }
}

export interface RoutedEdus {
  /** Messages to devices, device lists and signing keys, in the order in which they were sent. */
  takeKeys(): Promise<void>
  takeOthers(): Promise<void>
}

export function routeEdus(
  origin: ServerName,
  edus: readonly JsonObject[],
  { e2ee, ephemeral }: EduReceivers,
  log: Log,
): RoutedEdus {
  const keys: ReadonlyMap<string, Receive> = new Map([
    ['m.direct_to_device', (from, content) => e2ee.receiveToDevice(from, content)],
    ['m.device_list_update', (from, content) => e2ee.receiveDeviceListUpdate(from, content)],
    ['m.signing_key_update', (from, content) => e2ee.receiveSigningKeyUpdate(from, content)],
  ])
  const others: ReadonlyMap<string, Receive> = new Map([
    ['m.typing', (from, content) => ephemeral.receiveTyping(from, content)],
    ['m.receipt', (from, content) => ephemeral.receipts.receive(from, content)],
    ['m.presence', (from, content) => ephemeral.presence.receive(from, content)],
  ])
  const take = async (receivers: ReadonlyMap<string, Receive>): Promise<void> => {
    for (const edu of edus) {
      const type = stringAt(edu, 'edu_type') ?? ''
      const receive = receivers.get(type)
      const content = objectAt(edu, 'content')
      if (!receive || !content) continue
      try {
        await receive(origin, content)
      } catch (error) {
        if (isForLater(error)) throw error
        log.warn({ error, origin, type }, 'An EDU could not be taken in.')
      }
    }
  }
  return { takeKeys: () => take(keys), takeOthers: () => take(others) }
}
