// All rooms of the user as they are now, from before `/sync`.
// spec: client-server-api, GET /_matrix/client/v3/initialSync

import { initialSync } from '#api/client/initial-sync.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { handler } from '../handler.ts'
import { MOST_MESSAGES, readSync, STANDARD_MESSAGES, type SyncAnswer, sectionsOf, withRoom } from './former-sync.ts'
import type { WithSync } from './sync.ts'

export const handleInitialSync = handler(initialSync, ({ sync }: WithSync) => async (call) => {
  const limit = limitOf(call.query.limit, STANDARD_MESSAGES, MOST_MESSAGES)
  const filter = { room: { include_leave: call.query.archived ?? false, timeline: { limit } } }
  const answer = await readSync(sync, call, { filter, stateAfterNames: ['state_after'] })
  return {
    end: answer.next_batch,
    presence: answer.presence?.events ?? [],
    account_data: answer.account_data?.events ?? [],
    rooms: roomsOf(answer),
  }
})

type LeftRoom = NonNullable<NonNullable<SyncAnswer['rooms']>['leave']>[RoomId]

function roomsOf({ rooms, next_batch: end }: SyncAnswer) {
  return [
    ...sectionsOf(rooms?.invite).map(([roomId]) => ({ room_id: roomId, membership: 'invite' as const })),
    ...sectionsOf(rooms?.join).map(([roomId, room]) => roomInfo(roomId, 'join', room, end)),
    ...sectionsOf(rooms?.leave).map(([roomId, room]) => roomInfo(roomId, 'leave', room, end)),
  ]
}

function roomInfo(roomId: RoomId, membership: 'join' | 'leave', room: LeftRoom, end: string) {
  const { events, prev_batch: start } = room.timeline ?? {}
  return {
    room_id: roomId,
    membership,
    messages: { chunk: withRoom(roomId, events), end, ...(start !== undefined && { start }) },
    state: withRoom(roomId, room.state_after?.events),
    account_data: room.account_data?.events ?? [],
  }
}
