// What is told of a room beside its events: receipts, typing, the user's own data about it.
// spec: client-server-api, GET /_matrix/client/v3/sync (ephemeral, account_data); modules/receipts.md, typing_notifications.md

import type { AccountDataEntry } from '#accounts/accounts.ts'
import { receiptContents } from '#ephemeral/ephemeral.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { Asking } from './asking.ts'
import type { Window } from './news.ts'
import type { EphemeralSource } from './sources.ts'

/** JSON texts of events by room. */
export type TextsByRoom = Map<RoomId, string[]>

export function addText(texts: TextsByRoom, roomId: RoomId, text: string): void {
  const list = texts.get(roomId)
  if (list) list.push(text)
  else texts.set(roomId, [text])
}

function addEphemeral(texts: TextsByRoom, { filter }: Asking, roomId: RoomId, type: string, content: JsonObject): void {
  const { ephemeral } = filter.room
  if (!ephemeral.includesRoom(roomId) || !ephemeral.matches({ type, content })) return
  addText(texts, roomId, JSON.stringify({ type, content }))
}

/** Receipts of the window; of rooms that are new to the client, all. */
export async function addReceipts(
  texts: TextsByRoom,
  asking: Asking,
  { after, upTo }: Window,
  { receipts }: EphemeralSource,
  rooms: { readonly changed: readonly RoomId[]; readonly whole: readonly RoomId[] },
): Promise<void> {
  const found = await Promise.all([
    receipts.between(rooms.changed, after, upTo, asking.userId),
    receipts.between(rooms.whole, 0, upTo, asking.userId),
  ])
  for (const byRoom of found) {
    for (const [roomId, list] of byRoom) {
      for (const content of receiptContents(list)) addEphemeral(texts, asking, roomId, 'm.receipt', content)
    }
  }
}

/** Who types in the rooms that changed; `isNew` rooms are told only when somebody does. */
export function addTyping(
  texts: TextsByRoom,
  asking: Asking,
  { typing }: EphemeralSource,
  roomIds: Iterable<RoomId>,
  isNew: boolean,
): void {
  for (const roomId of roomIds) {
    const users = typing.in(roomId).filter((userId) => !asking.ignored.has(userId))
    if (isNew && users.length === 0) continue
    addEphemeral(texts, asking, roomId, 'm.typing', { user_ids: users })
  }
}

const accountDataText = ({ type, content }: Pick<AccountDataEntry, 'type' | 'content'>): string =>
  `{"type":${JSON.stringify(type)},"content":${content}}`

/** Sorts account data into the global ones and those of rooms, as the filter wants them. */
export function accountDataTexts(
  { filter }: Asking,
  entries: readonly Pick<AccountDataEntry, 'roomId' | 'type' | 'content'>[],
): { readonly global: string[]; readonly byRoom: TextsByRoom } {
  const global: string[] = []
  const byRoom: TextsByRoom = new Map()
  const { accountData } = filter.room
  for (const entry of entries) {
    const { roomId, type } = entry
    if (roomId === undefined) {
      if (filter.accountData.matches({ type })) global.push(accountDataText(entry))
    } else if (accountData.includesRoom(roomId) && accountData.matches({ type, content: {} })) {
      addText(byRoom, roomId, accountDataText(entry))
    }
  }
  return { global, byRoom }
}
