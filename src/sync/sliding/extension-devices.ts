// Extensions about encryption: messages to the device, whose keys have changed, how many keys it has left.
// spec: client-server-api #e2e-extensions-to-sync, modules/send_to_device.md; the form is that of the deployed shape

import type { Position } from '#platform/stream/stream.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Asking } from '../asking.ts'
import { newWishes } from '../joined-rooms.ts'
import { leftRooms } from '../leave-section.ts'
import type { ReadingParts } from '../reading.ts'
import { objectOf } from '../room-texts.ts'
import { peopleMoved } from '../shared-rooms.ts'
import type { SlidingLook } from './look.ts'
import type { ExtensionsAsked } from './sliding-request.ts'

export interface ExtensionText {
  readonly text: string
  readonly isEmpty: boolean
}

const sincePattern = /^s?(\d{1,15})$/

/** Where a client stands with its messages; 0: nowhere. @throws 400 `M_INVALID_PARAM` for what was not given out. */
export function parseToDeviceSince(since: string | undefined): Position {
  if (since === undefined || since === '') return 0
  const position = sincePattern.exec(since)?.[1]
  if (position === undefined)
    throw invalidParam('The since token of to_device was not given out by this server. Leave it out.')
  return Number(position)
}

/** The messages that wait. They stay until the client comes with the token that is given here. */
export async function toDeviceExtension(
  { devices }: Pick<ReadingParts, 'devices'>,
  owner: { readonly userId: UserId; readonly deviceId: DeviceId },
  { limit, since }: NonNullable<ExtensionsAsked['toDevice']>,
  { window, news }: SlidingLook,
): Promise<ExtensionText> {
  const after = Math.min(parseToDeviceSince(since), window.upTo)
  const isQuiet = news !== undefined && !news.toDevice && after >= window.after
  const found =
    devices && !isQuiet
      ? await devices.messagesIn(
          owner,
          { after, upTo: window.upTo },
          limit === undefined ? undefined : Math.max(limit, 1),
        )
      : { events: [], upTo: window.upTo }
  const text = `{"next_batch":"s${found.upTo}","events":[${found.events.join()}]}`
  return { text, isEmpty: found.events.length === 0 }
}

/** @param asking a request for the states of rooms and not for their events. */
export async function e2eeExtension(parts: ReadingParts, asking: Asking, look: SlidingLook): Promise<ExtensionText> {
  const { devices, rooms } = parts
  if (!devices) return { text: '{}', isEmpty: true }
  const { window, mine, news } = look
  const counts = await devices.keyCounts(asking)
  if (!news?.deviceLists) return { text: `{${counts}}`, isEmpty: true }
  const wishes = await newWishes(rooms, asking, window, { news, mine })
  const left = await leftRooms(parts, asking, { window, mine, news })
  const leftWishes = left.flatMap((room) => (room.kind === 'history' ? room.wish : []))
  const lists = await devices.lists(asking, window, await peopleMoved(rooms, asking.userId, wishes, leftWishes))
  return { text: objectOf([lists, counts]), isEmpty: lists === '' }
}
