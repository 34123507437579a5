// Rooms that the user is invited to or knocks on: a few events of stripped state, from the room where we are in it, else from the server
// that told us.
// spec: client-server-api, GET /_matrix/client/v3/sync (rooms.invite, rooms.knock); #stripped-state; modules/invite_permission.md

import { isObject, type Json, stringAt } from '#protocol/json/json.ts'
import { stripEvent, strippedStateOf, strippedStateTypes } from '#protocol/stripped-state/stripped-state.ts'
import type { KnownEvent, Rooms, UserRoom } from '#rooms/rooms.ts'
import type { Asking } from './asking.ts'
import type { Look, ReadingParts } from './reading.ts'
import { eventsMember } from './room-texts.ts'
import type { AccountSource } from './sources.ts'

/** The invites and knocks to tell, by room. */
export async function invitedRooms(
  { rooms, sources }: ReadingParts,
  asking: Asking,
  { mine, news }: Look,
): Promise<{ readonly invite: ReadonlyMap<string, string>; readonly knock: ReadonlyMap<string, string> }> {
  const invite = new Map<string, string>()
  const knock = new Map<string, string>()
  const candidates = news && !asking.fullState ? news.memberships : [...mine.values()]
  const asked = candidates.filter(
    ({ membership, roomId }) =>
      (membership === 'invite' || membership === 'knock') && asking.filter.room.includesRoom(roomId),
  )
  if (asked.length === 0) return { invite, knock }
  const blocked = await blocksInvites(sources.accounts, asking)
  await Promise.all(
    asked.map(async (room) => {
      if (blocked && room.membership === 'invite') return
      const text = await invitationText(rooms, asking, room)
      if (text !== undefined) (room.membership === 'invite' ? invite : knock).set(room.roomId, text)
    }),
  )
  return { invite, knock }
}

async function invitationText(rooms: Rooms, asking: Asking, room: UserRoom): Promise<string | undefined> {
  const events = await strippedTexts(rooms, asking, room)
  return events && `{${eventsMember(room.membership === 'invite' ? 'invite_state' : 'knock_state', events.join())}}`
}

/** The events of an invite or a knock; undefined when it is not to be told: its event is gone, or its sender is ignored. */
export async function strippedTexts(
  rooms: Rooms,
  { ignored }: Pick<Asking, 'ignored'>,
  room: UserRoom,
): Promise<string[] | undefined> {
  const own = (await rooms.eventsByNid([room.eventNid])).get(room.eventNid)
  if (!own) return undefined
  if (room.membership === 'invite' && ignored.has(own.event.sender)) return undefined
  return room.strippedState === undefined ? fromRoom(rooms, own) : fromOutside(room.strippedState, own)
}

async function fromRoom(rooms: Rooms, own: KnownEvent): Promise<string[]> {
  const { sender } = own.event
  const events = [own.event]
  if (own.stateAfter) {
    const keys = [
      ...strippedStateTypes.map((type) => ({ type, stateKey: '' })),
      { type: 'm.room.member', stateKey: sender },
    ]
    const state = await rooms.stateEventsAt(own.stateAfter, keys)
    const described = strippedStateOf(state, sender).filter(({ eventId }) => eventId !== own.event.eventId)
    events.unshift(...described)
  }
  return events.map((event) => JSON.stringify(stripEvent(event)))
}

/** What the other server sent, which was checked when it came, and the user's own event, which is not among it. */
function fromOutside(strippedState: string, own: KnownEvent): string[] {
  const listed = JSON.parse(strippedState) as readonly Json[] // our own text
  const others = listed.filter(
    (entry) =>
      !(
        isObject(entry) &&
        stringAt(entry, 'type') === own.event.type &&
        stringAt(entry, 'state_key') === own.event.stateKey
      ),
  )
  return [...others.map((entry) => JSON.stringify(entry)), JSON.stringify(stripEvent(own.event))]
}

/** The user wants no invites at all: those that are stored are not told. */
export async function blocksInvites(accounts: AccountSource, { userId }: Pick<Asking, 'userId'>): Promise<boolean> {
  const entry = await accounts.accountData.get({ userId, type: 'm.invite_permission_config' })
  if (!entry) return false
  const content = JSON.parse(entry.content) as Json // our own text
  return isObject(content) && stringAt(content, 'default_action') === 'block'
}
