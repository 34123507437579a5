// What one act delivers: messages into the inboxes of our devices, EDUs into the outboxes of other servers.
// spec: client-server-api #send-to-device-messaging

import { type Act, type WriterRow, write } from '#platform/stream/stream.ts'
import type { DeviceId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { E2eeParts } from './parts.ts'
import { putMessage, putOutbox } from './store/to-device.ts'

/** By user and device (`*`: all of the user's): the content. */
export type Messages = ReadonlyMap<UserId, ReadonlyMap<DeviceId | '*', JsonObject>>

/** Payload of a fact of kind `to-device-outbox`. */
export interface OutboxFact {
  readonly destination: ServerName
}

/** What one act delivers: one position for each user, and one for each EDU. */
export class Delivery {
  readonly #facts: Act['facts'][number][] = []
  readonly #rows: WriterRow[] = []

  addUser(userId: UserId, messages: ReadonlyMap<DeviceId, string>): void {
    if (messages.size === 0) return
    const fact = this.#facts.push({ kind: 'to-device', user: userId }) - 1
    for (const [deviceId, message] of messages) {
      this.#rows.push(write(putMessage, { userId, deviceId, message }, fact))
    }
  }

  addEdu(destination: ServerName, edu: string): void {
    const payload: OutboxFact = { destination }
    const fact = this.#facts.push({ kind: 'to-device-outbox', payload }) - 1
    this.#rows.push(write(putOutbox, { destination, edu }, fact))
  }

  act(guards: Act['guards']): Act {
    return { facts: this.#facts, rows: this.#rows, guards }
  }
}

/** Into the inboxes of the devices that are there. A message to a device by its ID goes before one to all. */
export async function deliver(
  delivery: Delivery,
  messages: Messages,
  envelope: { readonly sender: UserId; readonly type: string },
  { devices }: Pick<E2eeParts, 'devices'>,
): Promise<void> {
  if (messages.size === 0) return
  const there = await devices.ofUsers([...messages.keys()])
  for (const [userId, contents] of messages) {
    const ofUser = new Map<DeviceId, string>()
    for (const { deviceId } of there.get(userId) ?? []) {
      const content = contents.get(deviceId) ?? contents.get('*')
      if (content !== undefined) ofUser.set(deviceId, JSON.stringify({ content, ...envelope }))
    }
    delivery.addUser(userId, ofUser)
  }
}
