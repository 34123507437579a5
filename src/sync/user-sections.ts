// What an answer tells of the user and of people: account data, presence.
// spec: client-server-api, GET /_matrix/client/v3/sync (account_data, presence)

import type { Asking } from './asking.ts'
import { accountDataTexts, type TextsByRoom } from './beside-events.ts'
import type { Look, ReadingParts } from './reading.ts'
import type { RoomWish } from './room-sections.ts'
import { eventsMember } from './room-texts.ts'
import type { PeopleMoved } from './shared-rooms.ts'

/** What changed; all of it at the first time, and of rooms that are new to the client. */
export async function accountDataOf(
  { sources: { accounts, push } }: ReadingParts,
  asking: Asking,
  { window: { after, upTo }, news }: Look,
  wishes: readonly RoomWish[],
): Promise<{ readonly global: readonly string[]; readonly byRoom: TextsByRoom }> {
  const { userId } = asking
  const newRooms = new Set(wishes.flatMap((wish) => (wish.whole && !asking.fullState ? wish.ref.roomId : [])))
  if (news && !news.accountData && newRooms.size === 0) return { global: [], byRoom: new Map() }
  const from = news ? after : 0
  const all = !news || newRooms.size > 0
  const [entries, rules] = await Promise.all([
    all ? accounts.allAccountData(userId, upTo) : accounts.accountDataSince(userId, from, upTo),
    push?.rules.accountData(userId, from, upTo),
  ])
  const told = entries.filter(
    ({ position, roomId }) => !news || position > from || (roomId !== undefined && newRooms.has(roomId)),
  )
  const withRules =
    rules === undefined
      ? told
      : [...told.filter(({ type, roomId }) => type !== 'm.push_rules' || roomId !== undefined), pushRules(rules)]
  return accountDataTexts(asking, withRules)
}

const pushRules = (content: string) => ({ roomId: undefined, type: 'm.push_rules', content })

/** Presence that changed, and of people who came into view. */
export async function presenceSection(
  { sources }: ReadingParts,
  asking: Asking,
  { window: { after, upTo }, news }: Look,
  moved: PeopleMoved,
): Promise<string> {
  const presence = sources.ephemeral?.presence
  if (!presence) return ''
  const [changed, met] = await Promise.all([
    !news || news.presence ? presence.visibleTo(asking.userId, news ? after : 0, upTo) : [],
    presence.ofUsers([...moved.joined]),
  ])
  const states = new Map([...met, ...changed].map((state) => [state.userId, state]))
  const events = [...states.values()]
    .filter(({ userId }) => asking.filter.presence.matches({ type: 'm.presence', sender: userId }))
    .filter(({ userId }) => !asking.ignored.has(userId))
    .map((state) => JSON.stringify({ type: 'm.presence', sender: state.userId, content: presence.contentOf(state) }))
  return events.length === 0 ? '' : eventsMember('presence', events.join())
}
