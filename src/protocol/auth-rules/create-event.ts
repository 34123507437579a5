// Rule 1: m.room.create.
// spec: rooms/v1, v11, v12 #authorization-rules, rule 1

import type { RoomEvent } from '#protocol/events/events.ts'
import { parseUserId, serverNameOf, serverOfRoomId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, member } from '#protocol/json/json.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { allow, deny, type Verdict } from './verdict.ts'

export function authorizeCreate(event: RoomEvent): Verdict {
  const { content, version } = event
  if (event.prevEvents.length > 0) {
    return deny('create/not-first', 'A room is created by its first event. Create a new room instead.') // 1.1
  }
  if (version.roomIdIsCreateHash) {
    // 1.2 since v12: the room ID is the hash of this event, so the event cannot contain it.
    if (Object.hasOwn(event.pdu, 'room_id')) {
      return deny(
        'create/names-its-room',
        'The event that creates a room must not contain a room ID in this room version. Leave it out.',
      )
    }
  } else if (serverOfRoomId(event.roomId) !== serverNameOf(event.sender)) {
    return deny(
      'create/room-of-other-server',
      'A room ID must carry the name of its creator’s server. Choose a room ID of your own server.',
    ) // 1.2
  }
  if (!namesKnownVersion(member(content, 'room_version'))) {
    return deny(
      'create/unknown-room-version',
      'The room version is not one that is known here. Create the room in a known version.',
    ) // 1.3
  }
  if (!version.creatorIsSender && !Object.hasOwn(content, 'creator')) {
    return deny(
      'create/no-creator',
      'The event that creates a room must name its creator in this room version. Add the creator.',
    ) // 1.4 until v10
  }
  if (version.creatorsOutrank && !areUserIdsIfPresent(event)) {
    return deny(
      'create/additional-creators',
      'The additional creators of a room must be a list of user IDs. Correct the list.',
    ) // 1.4 since v12
  }
  return allow // 1.5
}

function namesKnownVersion(named: unknown): boolean {
  return named === undefined || (typeof named === 'string' && roomVersion(named) !== undefined)
}

function areUserIdsIfPresent({ content }: RoomEvent): boolean {
  if (!Object.hasOwn(content, 'additional_creators')) return true
  const listed = arrayAt(content, 'additional_creators')
  return listed?.every((user) => typeof user === 'string' && parseUserId(user) !== undefined) ?? false
}
