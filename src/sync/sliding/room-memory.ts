// What a connection remembers of a room: as what the client was told of it, up to where, and how much.
// spec: proposals/4186 (connections, changing room configs)

import type { Position } from '#platform/stream/stream.ts'
import type { UserRoom } from '#rooms/rooms.ts'

/** As what a room was told: `outside`, by stripped state; `left`, up to the user's leaving. */
export type ToldAs = 'joined' | 'outside' | 'left'

export interface RoomMemory {
  readonly toldAs: ToldAs
  /** Everything up to here was told; undefined: up to the position that the client asks from. */
  readonly upTo: Position | undefined
  /** Of so many newest events none was left out. */
  readonly timelineLimit: number
  /** Name of the required state that is up to date. */
  readonly stateText: string
  readonly isDm: boolean
  /** The receipts of the room are up to date. */
  readonly receipts: boolean
  /** The user's data about the room are up to date. */
  readonly accountData: boolean
}

const bits = { joined: 0, outside: 1, left: 2, isDm: 4, receipts: 8, accountData: 16 } as const

export const flagsOf = ({ toldAs, isDm, receipts, accountData }: RoomMemory): number =>
  bits[toldAs] | (isDm ? bits.isDm : 0) | (receipts ? bits.receipts : 0) | (accountData ? bits.accountData : 0)

export const ofFlags = (flags: number): Pick<RoomMemory, 'toldAs' | 'isDm' | 'receipts' | 'accountData'> => ({
  toldAs: (flags & bits.left) !== 0 ? 'left' : (flags & bits.outside) !== 0 ? 'outside' : 'joined',
  isDm: (flags & bits.isDm) !== 0,
  receipts: (flags & bits.receipts) !== 0,
  accountData: (flags & bits.accountData) !== 0,
})

/** As what a room is told now. */
export function toldAsOf({ membership }: UserRoom): ToldAs {
  if (membership === 'join') return 'joined'
  return membership === 'invite' || membership === 'knock' ? 'outside' : 'left'
}

export const isSameMemory = (one: RoomMemory, other: RoomMemory): boolean =>
  one.upTo === other.upTo &&
  one.timelineLimit === other.timelineLimit &&
  one.stateText === other.stateText &&
  flagsOf(one) === flagsOf(other)
