// Sends messages of a device of ours to other devices: here at once, elsewhere by way of the outbox. A transaction is taken once.
// spec: client-server-api PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}

import { holds, StaleAct } from '#platform/stream/stream.ts'
import { invalidParam, tooLarge } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { Delivery, deliver, type Messages } from './delivery.ts'
import { edusOf } from './direct-to-device.ts'
import { MAX_DEVICES_PER_REQUEST, MAX_MESSAGE_BYTES } from './limits.ts'
import { byServer, type E2eeParts } from './parts.ts'
import { selectTransaction, takeTransaction } from './store/to-device.ts'

export interface OutgoingMessages {
  readonly sender: UserId
  /** The device that sends: a transaction is its own. */
  readonly deviceId: DeviceId
  readonly type: string
  readonly txnId: string
  readonly messages: Messages
}

type SendParts = Pick<E2eeParts, 'serverName' | 'database' | 'stream' | 'clock' | 'random' | 'crypto' | 'devices'>

/** @throws `M_INVALID_PARAM` for too many devices; `M_TOO_LARGE` for a message that does not fit an EDU. */
export async function sendToDevice(outgoing: OutgoingMessages, parts: SendParts): Promise<void> {
  refuseUnfit(outgoing.messages)
  const { sender, deviceId, type, txnId } = outgoing
  const transaction = parts.crypto.sha256UrlSafe(JSON.stringify([sender, deviceId, type, txnId]))
  if ((await parts.database.one(selectTransaction, transaction)) !== undefined) return
  const { local, remote } = byServer(outgoing.messages, parts.serverName)
  const delivery = new Delivery()
  await deliver(delivery, local, { sender, type }, parts)
  for (const [destination, messages] of remote) {
    const edus = edusOf({ sender, type, messages }, parts.random)
    for (const edu of edus) delivery.addEdu(destination, edu)
  }
  try {
    await parts.stream.append(delivery.act([holds(takeTransaction, { transaction, now: parts.clock.now() })]))
  } catch (error) {
    // The same transaction came twice at once: the other one has sent the messages.
    if (!(error instanceof StaleAct)) throw error
  }
}

function refuseUnfit(messages: Messages): void {
  let devices = 0
  for (const [, contents] of messages) {
    devices += contents.size
    for (const [, content] of contents) {
      if (!fitsIn(JSON.stringify(content), MAX_MESSAGE_BYTES)) {
        throw tooLarge(`A message to a device has at most ${MAX_MESSAGE_BYTES} bytes. Send less at once.`)
      }
    }
  }
  if (devices > MAX_DEVICES_PER_REQUEST) {
    throw invalidParam(`Messages to at most ${MAX_DEVICES_PER_REQUEST} devices are taken at once. Send fewer.`)
  }
}
