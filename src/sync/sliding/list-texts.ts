// The lists of an answer: how many rooms each has, and in the deployed shape which rooms are in its windows, when they are others than before.
// spec: proposals/4186 (SyncListResult)

import type { UserRoom } from '#rooms/rooms.ts'
import type { Shape } from './sliding-request.ts'
import type { ListWindow } from './windows.ts'

export interface ListTexts {
  readonly texts: readonly string[]
  /** Names the rooms of each list's windows, in their order. */
  readonly orders: ReadonlyMap<string, string>
}

/** @param told the orders that the client was told last. */
export function listTexts(
  lists: ReadonlyMap<string, ListWindow>,
  shape: Shape,
  told: ReadonlyMap<string, string>,
): ListTexts {
  const orders = new Map<string, string>()
  const texts: string[] = []
  for (const [name, { count, ranges }] of lists) {
    let operations = ''
    if (shape === 'deployed') {
      const order = ranges.map(({ range, rooms }) => `${range}:${orderOf(rooms)}`).join()
      orders.set(name, order)
      if (told.get(name) !== order) operations = `,"ops":[${ranges.map(synced).join()}]`
    }
    texts.push(`${JSON.stringify(name)}:{"count":${count}${operations}}`)
  }
  return { texts, orders }
}

const synced = ({ range, rooms }: ListWindow['ranges'][number]): string =>
  JSON.stringify({ op: 'SYNC', range, room_ids: rooms.map(({ roomId }) => roomId) })

/** 64 bits that tell orders of rooms apart: a window may have thousands, and every connection remembers some. */
function orderOf(rooms: readonly UserRoom[]): string {
  let [high, low] = [FNV_BASIS, ~FNV_BASIS]
  for (const { roomNid } of rooms) {
    high = Math.imul(high ^ roomNid, FNV_PRIME)
    low = Math.imul((low ^ roomNid) + high, FNV_PRIME)
  }
  return `${rooms.length}.${high}.${low}`
}

const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193
