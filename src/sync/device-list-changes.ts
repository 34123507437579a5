// Whose devices have changed between two tokens: for clients that were away.
// spec: client-server-api, GET /_matrix/client/v3/keys/changes

import type { Position } from '#platform/stream/stream.ts'
import type { Asking } from './asking.ts'
import type { RoomsOfUser } from './attendance.ts'
import type { DeviceListChanges } from './devices.ts'
import { newWishes } from './joined-rooms.ts'
import { leftRooms } from './leave-section.ts'
import { newsFromRooms } from './news.ts'
import type { ReadingParts } from './reading.ts'
import { peopleMoved } from './shared-rooms.ts'

/** @param mine the user's rooms, read anew. */
export async function deviceListChanges(
  parts: ReadingParts,
  asking: Asking,
  range: { readonly from: Position; readonly to: Position },
  mine: RoomsOfUser,
): Promise<DeviceListChanges> {
  const { rooms, stream, devices } = parts
  const window = { after: Math.min(range.from, stream.head), upTo: Math.min(range.to, stream.head) }
  if (!devices || window.after >= window.upTo) return { changed: [], left: [] }
  const news = newsFromRooms(window, mine.values())
  const wishes = await newWishes(rooms, asking, window, { news, mine })
  const left = await leftRooms(parts, asking, { window, mine, news })
  const leftWishes = left.flatMap((room) => (room.kind === 'history' ? room.wish : []))
  return devices.listChanges(asking, window, await peopleMoved(rooms, asking.userId, wishes, leftWishes))
}
