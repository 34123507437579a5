// What a push gateway is told of an event, or of a number alone.
// spec: push-gateway-api, POST /_matrix/push/v1/notify

import type { RoomEvent } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, stringAt } from '#protocol/json/json.ts'
import type { PushVerdict } from '#protocol/push-rules/push-rules.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Pusher } from './pusher.ts'

/** What people call the room and the sender; nothing where we have no state (an invite from outside). */
export interface NamesAround {
  readonly sender: string | undefined
  readonly room: string | undefined
  readonly alias: string | undefined
}

/** For one device. Without `names`, the gateway learns neither who wrote nor what. */
export function aboutEvent(
  pusher: Pusher,
  { event, verdict }: { readonly event: RoomEvent; readonly verdict: PushVerdict },
  { unread, names }: { readonly unread: number; readonly names: NamesAround | undefined },
): JsonObject {
  const { tweaks } = verdict
  const counts: JsonObject = unread > 0 ? { unread } : {}
  const notification: JsonObject = {
    event_id: event.eventId,
    room_id: event.roomId,
    prio: isUrgent(event, tweaks) ? 'high' : 'low',
    counts,
    devices: [deviceOf(pusher, tweaks)],
  }
  if (names === undefined) return notification
  return {
    ...notification,
    type: event.type,
    sender: event.sender,
    ...(names.sender !== undefined && { sender_display_name: names.sender }),
    ...(names.room !== undefined && { room_name: names.room }),
    ...(names.alias !== undefined && { room_alias: names.alias }),
    ...(isAbout(event, pusher.userId) && { user_is_target: true }),
    content: event.content,
  }
}

/** Something was read elsewhere. Zero is told here, or the device would show the old number for ever. */
export const aboutNumber = (pusher: Pusher, unread: number): JsonObject => ({
  prio: 'low',
  counts: { unread },
  devices: [deviceOf(pusher, {})],
})

export const wantsOnlyIds = ({ data }: Pusher): boolean => stringAt(data, 'format') === 'event_id_only'

/** From the room as it is now, which a room in use has in memory. */
export async function namesAround(event: RoomEvent, rooms: Pick<Rooms, 'currentState'>): Promise<NamesAround> {
  const state = await rooms.currentState(event.roomId, [
    { type: 'm.room.name', stateKey: '' },
    { type: 'm.room.canonical_alias', stateKey: '' },
    { type: 'm.room.member', stateKey: event.sender },
  ])
  const text = (type: string, stateKey: string, name: string) => {
    const found = state?.get(type, stateKey)
    return found && stringAt(found.content, name)
  }
  return {
    sender: text('m.room.member', event.sender, 'displayname'),
    room: text('m.room.name', '', 'name'),
    alias: text('m.room.canonical_alias', '', 'alias'),
  }
}

/** What makes a noise wakes the device at once; so does what only the device can read. */
const isUrgent = ({ type }: RoomEvent, tweaks: PushVerdict['tweaks']): boolean =>
  type === 'm.room.encrypted' || tweaks['highlight'] === true || tweaks['sound'] !== undefined

const isAbout = ({ type, stateKey }: RoomEvent, userId: UserId): boolean =>
  type === 'm.room.member' && stateKey === userId

function deviceOf({ appId, pushkey, updatedAt, data }: Pusher, tweaks: PushVerdict['tweaks']): JsonObject {
  const { url, ...forGateway } = data
  return { app_id: appId, pushkey, pushkey_ts: Math.floor(updatedAt / 1000), data: forGateway, tweaks: { ...tweaks } }
}
