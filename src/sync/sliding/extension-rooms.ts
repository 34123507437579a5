// Extensions that tell of rooms beside their events: the user's data about them, receipts, typing. A room that comes into the view of an
// extension is told all of it; what happens to one that has left its view is told when it comes back.
// spec: proposals/4508 (common per-room extension semantics, typing); client-server-api/modules/receipts.md, #client-config

import { receiptContents } from '#ephemeral/ephemeral.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { UserRoom } from '#rooms/rooms.ts'
import type { Sources } from '../sources.ts'
import type { SlidingLook } from './look.ts'
import type { RoomMemory } from './room-memory.ts'
import type { ExtensionScope } from './sliding-request.ts'
import type { MatchedRoom, Windows } from './windows.ts'

export interface ExtensionView {
  readonly sources: Sources
  readonly userId: UserId
  readonly ignored: ReadonlySet<UserId>
  readonly look: SlidingLook
  readonly windows: Windows
  /** The client knows nothing of the room but what the answer tells. */
  readonly isNew: (roomNid: number) => boolean
  /** Rooms that the client knows, and those that the answer tells. */
  readonly known: ReadonlyMap<number, Pick<RoomMemory, 'receipts' | 'accountData'>>
}

/** Which rooms an extension has brought up to date, and which it has left behind. */
export interface RoomMarks {
  readonly upToDate: ReadonlySet<number>
  readonly behind: ReadonlySet<number>
}

export interface RoomExtension {
  /** Texts by room ID. */
  readonly texts: ReadonlyMap<string, string>
  readonly marks: RoomMarks
}

/** The rooms in the view of an extension; none when it is not asked for. */
function roomsInView({ matched }: Windows, scope: ExtensionScope | undefined): UserRoom[] {
  if (!scope) return []
  const isInView = ({ room, lists, isSubscribed }: MatchedRoom) =>
    (isSubscribed && (scope.rooms?.includes(room.roomId) ?? true)) ||
    lists.some((list) => scope.lists?.includes(list) ?? true)
  return [...matched.values()].filter(isInView).map(({ room }) => room)
}

/** Rooms of the view that are new to it, those that it knew, and the known ones that are out of it. */
function sorted(view: ExtensionView, rooms: readonly UserRoom[], mark: 'receipts' | 'accountData') {
  const inView = new Set(rooms.map(({ roomNid }) => roomNid))
  const fresh: UserRoom[] = []
  const old: UserRoom[] = []
  for (const room of rooms) {
    const known = view.known.get(room.roomNid)
    if (known) (known[mark] ? old : fresh).push(room)
  }
  const isBehind = (roomNid: number) => !inView.has(roomNid) && (view.known.get(roomNid)?.[mark] ?? false)
  return { fresh, old, isBehind }
}

/** Rooms out of view that something happened to. `changed` undefined: any may have changed. */
function leftBehind(
  { known, look }: ExtensionView,
  changed: Iterable<RoomId> | undefined,
  isBehind: (roomNid: number) => boolean,
): Set<number> {
  if (!changed) return new Set([...known.keys()].filter(isBehind))
  const nids = [...changed].flatMap((roomId) => look.mine.get(roomId)?.roomNid ?? [])
  return new Set(nids.filter(isBehind))
}

export async function receiptsExtension(
  view: ExtensionView,
  scope: ExtensionScope | undefined,
  /** Events that the answer tells. */
  eventIds: readonly EventId[],
): Promise<RoomExtension> {
  const { look, userId, sources } = view
  const { window, news } = look
  const joined = roomsInView(view.windows, scope).filter(({ membership }) => membership === 'join')
  const { fresh, old, isBehind } = sorted(view, joined, 'receipts')
  const receipts = sources.ephemeral?.receipts
  const changed = news?.receipts
  const asked = news ? old.filter(({ roomId }) => changed?.has(roomId) ?? true).map(({ roomId }) => roomId) : []
  const isNew = Map.groupBy(fresh, ({ roomNid }) => view.isNew(roomNid))
  const idsOf = (rooms: readonly UserRoom[] = []) => rooms.map(({ roomId }) => roomId)
  const found = await Promise.all([
    receipts?.between(asked, window.after, window.upTo, userId),
    receipts?.atEvents(idsOf(isNew.get(true)), eventIds, userId, window.upTo),
    // Nobody knows how long the room was out of view.
    receipts?.between(idsOf(isNew.get(false)), 0, window.upTo, userId),
  ])
  const texts = new Map<string, string>()
  for (const byRoom of found) {
    for (const [roomId, list] of byRoom ?? []) {
      // The shape has a place for one event: of a user's receipts of several threads at one event the newest is told.
      const [content] = receiptContents([...list].sort((a, b) => b.position - a.position))
      if (content) texts.set(roomId, JSON.stringify({ type: 'm.receipt', content }))
    }
  }
  const behind = news ? leftBehind(view, changed, isBehind) : new Set<number>()
  return { texts, marks: { upToDate: new Set(fresh.map(({ roomNid }) => roomNid)), behind } }
}

export interface AccountDataExtension extends RoomExtension {
  readonly global: readonly string[]
}

export async function accountDataExtension(
  view: ExtensionView,
  scope: ExtensionScope | undefined,
): Promise<AccountDataExtension> {
  const { look, userId, sources } = view
  const { after, upTo } = look.window
  const { fresh, old, isBehind } = sorted(view, roomsInView(view.windows, scope), 'accountData')
  const isFirst = look.news === undefined
  const changes = look.news?.accountData ? await sources.accounts.accountDataSince(userId, after, upTo) : []
  const places: (RoomId | '')[] = fresh.map(({ roomId }) => roomId)
  if (scope && isFirst) places.push('')
  const [whole, rules] = await Promise.all([
    sources.accounts.accountData.inPlaces(userId, places, upTo),
    scope && (isFirst || look.news?.accountData)
      ? sources.push?.rules.accountData(userId, isFirst ? 0 : after, upTo)
      : undefined,
  ])
  const inView = new Set(old.map(({ roomId }) => roomId))
  const isTold = ({ roomId }: { readonly roomId: RoomId | undefined }) =>
    roomId === undefined ? scope !== undefined : inView.has(roomId)
  const told = [...whole, ...changes.filter(isTold)]
  const byRoom = Map.groupBy(told, ({ roomId }) => roomId)
  const global = (byRoom.get(undefined) ?? []).filter(({ type }) => !(rules !== undefined && type === PUSH_RULES))
  const texts = new Map<string, string>()
  for (const [roomId, entries] of byRoom) {
    if (roomId !== undefined) texts.set(roomId, `[${entries.map(entryText).join()}]`)
  }
  const changed = changes.flatMap(({ roomId }) => roomId ?? [])
  return {
    global: [...global, ...(rules === undefined ? [] : [{ type: PUSH_RULES, content: rules }])].map(entryText),
    texts,
    marks: { upToDate: new Set(fresh.map(({ roomNid }) => roomNid)), behind: leftBehind(view, changed, isBehind) },
  }
}

const PUSH_RULES = 'm.push_rules'

const entryText = ({ type, content }: { readonly type: string; readonly content: string }): string =>
  `{"type":${JSON.stringify(type)},"content":${content}}`

export interface TypingExtension {
  readonly texts: ReadonlyMap<string, string>
  /** Rooms in view in which somebody types. */
  readonly typing: ReadonlySet<number>
}

/** @param since serial of the last change that was told. @param told rooms in which the client was told that somebody types. */
export function typingExtension(
  view: ExtensionView,
  scope: ExtensionScope | undefined,
  { since, told }: { readonly since: number | undefined; readonly told: ReadonlySet<number> },
): TypingExtension {
  const texts = new Map<string, string>()
  const typing = new Set<number>()
  const source = view.sources.ephemeral?.typing
  if (!source || !scope) return { texts, typing }
  const changed = since === undefined ? undefined : source.changedSince(since)
  for (const { roomId, roomNid, membership } of roomsInView(view.windows, scope)) {
    if (membership !== 'join') continue
    const users = source.in(roomId).filter((userId) => !view.ignored.has(userId))
    if (users.length > 0) typing.add(roomNid)
    const isKnown = told.has(roomNid)
    if (users.length === 0 ? !isKnown : isKnown && changed && !changed.has(roomId)) continue
    texts.set(roomId, JSON.stringify({ type: 'm.typing', content: { user_ids: users } }))
  }
  return { texts, typing }
}
