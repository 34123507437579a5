// Takes messages of other servers for our devices, each once.
// spec: server-server-api #send-to-device-messaging (m.direct_to_device)

import { holds, StaleAct } from '#platform/stream/stream.ts'
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
import { Delivery, deliver, type Messages } from './delivery.ts'
import { MAX_DEVICES_PER_REQUEST } from './limits.ts'
import type { E2eeParts } from './parts.ts'
import type { RemoteDeviceLists } from './remote-device-lists.ts'
import { takeMessageId } from './store/to-device.ts'

type ReceiveParts = Pick<E2eeParts, 'serverName' | 'stream' | 'clock' | 'devices'> & {
  readonly lists: RemoteDeviceLists
}

/** "Arbitrary utf8 string, of maximum length 32 codepoints"; some servers take more. */
const MAX_MESSAGE_ID = 255

/** The content of `m.direct_to_device`. A message that came before, or is not in form, is passed over. */
export async function receiveToDevice(origin: ServerName, content: JsonObject, parts: ReceiveParts): Promise<void> {
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
async function noteAskingDevice(sender: UserId, type: string, messages: Messages, { lists }: ReceiveParts) {
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
