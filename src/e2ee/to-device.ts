// Messages to devices: each arrives once, in order, and stays until its device says that it has it.
// spec: client-server-api #send-to-device-messaging

import { type Act, holds, type Position, StaleAct, type WriterRow, write } from '#platform/stream/stream.ts'
import { invalidParam, tooLarge } from '#protocol/errors/errors.ts'
import {
  type DeviceId,
  parseDeviceId,
  parseUserId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { isQuiet } from './device-list-change.ts'
import { edusOf } from './direct-to-device.ts'
import { MAX_DEVICES_PER_REQUEST, MAX_MESSAGE_BYTES, MESSAGES_PER_ANSWER } from './limits.ts'
import { byServer, type E2eeParts } from './parts.ts'
import type { RemoteDeviceLists } from './remote-device-lists.ts'
import {
  deleteMessages,
  deleteOutbox,
  putMessage,
  putOutbox,
  selectDestinations,
  selectMessages,
  selectOutbox,
  selectTransaction,
  takeMessageId,
  takeTransaction,
} from './store/to-device.ts'

/** By user and device (`*`: all of the user's): the content. */
export type Messages = ReadonlyMap<UserId, ReadonlyMap<DeviceId | '*', JsonObject>>

export interface OutgoingMessages {
  readonly sender: UserId
  /** The device that sends: a transaction is its own. */
  readonly deviceId: DeviceId
  readonly type: string
  readonly txnId: string
  readonly messages: Messages
}

export interface PendingMessages {
  /** JSON texts of the events, oldest first. */
  readonly events: readonly string[]
  /** All messages up to here are in `events`: the next answer goes on from here. */
  readonly upTo: Position
}

type ToDeviceParts = Pick<
  E2eeParts,
  'serverName' | 'database' | 'stream' | 'clock' | 'random' | 'crypto' | 'devices'
> & { readonly lists: RemoteDeviceLists }

/** Payload of a fact of kind `to-device-outbox`. */
export interface OutboxFact {
  readonly destination: ServerName
}

/** @throws `M_INVALID_PARAM` for too many devices; `M_TOO_LARGE` for a message that does not fit an EDU. */
export async function sendToDevice(outgoing: OutgoingMessages, parts: ToDeviceParts): Promise<void> {
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

/** What one act delivers: one position for each user, and one for each EDU. */
class Delivery {
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
async function deliver(
  delivery: Delivery,
  messages: Messages,
  envelope: { readonly sender: UserId; readonly type: string },
  { devices }: ToDeviceParts,
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

/** "Arbitrary utf8 string, of maximum length 32 codepoints"; some servers take more. */
const MAX_MESSAGE_ID = 255

/** The content of `m.direct_to_device`. A message that came before, or is not in form, is passed over. */
export async function receiveToDevice(origin: ServerName, content: JsonObject, parts: ToDeviceParts): Promise<void> {
  const sender = parseUserId(stringAt(content, 'sender') ?? '')
  const type = stringAt(content, 'type')
  const messageId = stringAt(content, 'message_id')
  if (sender === undefined || serverNameOf(sender) !== origin || type === undefined || messageId === undefined) return
  if (!isStorable(messageId) || !fitsIn(type, MAX_MESSAGE_ID)) return
  const messages = readMessages(objectAt(content, 'messages') ?? {}, parts.serverName)
  const delivery = new Delivery()
  await deliver(delivery, messages, { sender, type }, parts)
  try {
    await parts.stream.append(delivery.act([holds(takeMessageId, { origin, messageId, now: parts.clock.now() })]))
  } catch (error) {
    if (!(error instanceof StaleAct)) throw error
    return // it came before
  }
  await noteAskingDevice(sender, type, messages, parts)
}

const isStorable = (text: string): boolean =>
  fitsIn(text, MAX_MESSAGE_ID) && text.isWellFormed() && !text.includes('\0')

/** A device that asks for room keys and that we do not know: its list has changed without our hearing of it. */
async function noteAskingDevice(sender: UserId, type: string, messages: Messages, { lists }: ToDeviceParts) {
  if (type !== 'm.room_key_request') return
  const [contents] = messages.values()
  const [content] = contents?.values() ?? []
  const deviceId = parseDeviceId(stringAt(content ?? {}, 'requesting_device_id') ?? '')
  if (deviceId !== undefined) await lists.noteDevice(sender, deviceId)
}

function readMessages(messages: JsonObject, serverName: ServerName): Messages {
  const read = new Map<UserId, Map<DeviceId | '*', JsonObject>>()
  let devices = 0
  for (const [user, contents] of Object.entries(messages)) {
    const userId = parseUserId(user)
    if (userId === undefined || serverNameOf(userId) !== serverName || !isObject(contents)) continue
    const ofUser = new Map<DeviceId | '*', JsonObject>()
    for (const [device, content] of Object.entries(contents)) {
      const deviceId = parseDeviceId(device)
      if (deviceId === undefined || !isObject(content) || devices === MAX_DEVICES_PER_REQUEST) continue
      devices += 1
      ofUser.set(deviceId, content)
    }
    read.set(userId, ofUser)
  }
  return read
}

/** Messages in (after, up to] for a device, at most 100. Most answers need no question to the database. */
export async function messagesFor(
  device: { readonly userId: UserId; readonly deviceId: DeviceId },
  range: { readonly after: Position; readonly upTo: Position; readonly limit?: number },
  { database, stream }: Pick<E2eeParts, 'database' | 'stream'>,
): Promise<PendingMessages> {
  const { userId, deviceId } = device
  const { after, upTo } = range
  if (isQuiet(stream, range, (fact) => fact.kind === 'to-device' && fact.user === userId)) return { events: [], upTo }
  const limit = Math.min(range.limit ?? MESSAGES_PER_ANSWER, MESSAGES_PER_ANSWER)
  const rows = await database.run(selectMessages, userId, deviceId, after, upTo, limit)
  const isAll = rows.length < limit
  return { events: rows.map(({ message }) => message), upTo: isAll ? upTo : (rows.at(-1)?.position ?? upTo) }
}

/** What waits for other servers. */
export class Outbox {
  readonly #database: E2eeParts['database']

  constructor({ database }: Pick<E2eeParts, 'database'>) {
    this.#database = database
  }

  /** EDUs as canonical JSON behind a position, oldest first. */
  read(destination: ServerName, after: Position, limit: number): Promise<{ position: Position; edu: string }[]> {
    return this.#database.run(selectOutbox, destination, after, limit)
  }

  async acknowledge(destination: ServerName, upTo: Position): Promise<void> {
    await this.#database.run(deleteOutbox, destination, upTo)
  }

  async destinations(): Promise<ServerName[]> {
    return (await this.#database.run(selectDestinations)).map((row) => row.destination as ServerName)
  }
}

/** The device has everything up to here. */
export async function acknowledge(
  { userId, deviceId }: { readonly userId: UserId; readonly deviceId: DeviceId },
  upTo: Position,
  { database }: Pick<E2eeParts, 'database'>,
): Promise<void> {
  await database.run(deleteMessages, userId, deviceId, upTo)
}
