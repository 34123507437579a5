// What both shapes of sliding sync ask for in the same words, and how much may be asked for.
// spec: proposals/4186 (request body); proposals/4508 (common extension semantics)

import type { slidingSync } from '#api/client/sliding-sync.ts'
import type { BodyOf } from '#api/endpoint.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import type { ExtensionScope, ExtensionsAsked, RoomFilter } from '#sync/sync.ts'

const MOST_LISTS = 100
const MOST_SUBSCRIPTIONS = 100

type Body = BodyOf<typeof slidingSync>
type AskedFilter = Omit<NonNullable<NonNullable<Body['lists']>[string]['filters']>, 'is_invited'>

interface Asked {
  readonly conn_id?: string
  readonly lists?: object
  readonly room_subscriptions?: object
}

/** @throws 400 `M_INVALID_PARAM` for more lists or subscriptions than clients may have, and for names that are none. */
export function refuseUnfit(body: Asked): void {
  if (body.conn_id?.includes('\0')) throw invalidParam('conn_id must be without NUL.')
  const lists = Object.keys(body.lists ?? {})
  if (lists.length > MOST_LISTS) throw invalidParam(`Ask for ${MOST_LISTS} lists at most.`)
  if (lists.some((name) => name.length > 255)) throw invalidParam('The name of a list has at most 255 characters.')
  if (Object.keys(body.room_subscriptions ?? {}).length > MOST_SUBSCRIPTIONS) {
    throw invalidParam(`Subscribe to ${MOST_SUBSCRIPTIONS} rooms at most.`)
  }
}

/** @throws 400 `M_INVALID_PARAM` for a range that ends before it begins. */
export function checkedRange(range: readonly [number, number]): readonly [number, number] {
  if (range[1] < range[0]) throw invalidParam('A range begins with its lower end.')
  return range
}

export const filterOf = (filters: AskedFilter | undefined, isInvited: boolean | undefined): RoomFilter => ({
  isDm: filters?.is_dm,
  isEncrypted: filters?.is_encrypted,
  isInvited,
  spaces: filters?.spaces,
  roomTypes: filters?.room_types,
  notRoomTypes: filters?.not_room_types,
  tags: filters?.tags,
  notTags: filters?.not_tags,
})

/** The extensions that are enabled. */
export function extensionsOf(asked: Body['extensions'] = {}): ExtensionsAsked {
  const { to_device: toDevice, e2ee, account_data: accountData, receipts, typing } = asked
  const acceptedTyping = asked[ACCEPTED_TYPING]
  const types = acceptedTyping?.enabled ? { name: ACCEPTED_TYPING, of: acceptedTyping } : { name: 'typing', of: typing }
  return {
    ...(toDevice?.enabled && { toDevice: { limit: toDevice.limit, since: toDevice.since } }),
    ...(e2ee?.enabled && { e2ee: true }),
    ...(accountData?.enabled && { accountData: scopeOf(accountData) }),
    ...(receipts?.enabled && { receipts: scopeOf(receipts) }),
    ...(types.of?.enabled && { typing: { name: types.name, ...scopeOf(types.of) } }),
  }
}

const ACCEPTED_TYPING = 'org.matrix.msc4508.typing'

/** `*` stands for all in the deployed shape. */
const scopeOf = ({ lists, rooms }: ExtensionScope): ExtensionScope => ({
  lists: lists?.includes('*') ? undefined : lists,
  rooms: rooms?.includes('*') ? undefined : rooms,
})
