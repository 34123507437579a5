// `npm run bench -- storage`: what an event costs on disk, in a room of few and in a room of many members. The growth must stay under 3 kB
// an event, and must not follow the number of members: that is the promise of the shared state map (docs/architecture.md, decision 3).

import type { Report } from '../report.ts'
import { openStorageServer, type StorageServer } from './storage-server.ts'

export interface StorageOptions {
  readonly events: number
  /** Members of the small room and of the large one. */
  readonly members: readonly [number, number]
}

interface Growth {
  readonly members: number
  readonly bytesPerEvent: number
  readonly tables: readonly TableGrowth[]
}

interface TableGrowth {
  readonly table: string
  readonly bytesPerEvent: number
}

/** Bytes that an event may cost. */
const BAR = 3_000
/** The large room's cost over the small one's. A state change writes the path to its entry: a level or two more in the large room. */
const MOST_MORE = 1.25
/** One event in so many changes the state: people change their names, come and go. */
const STATE_CHANGE_EVERY = 20
/** Acts at once: enough to share commits, few enough that a turn does not wait long. */
const AT_ONCE = 64

/** @returns whether both bars are reached */
export async function benchStorage({ events, members }: StorageOptions, report: Report): Promise<boolean> {
  const server = await openStorageServer()
  try {
    const [small, large] = [await growthIn(server, members[0], events), await growthIn(server, members[1], events)]
    for (const growth of [small, large]) tell(growth, events, report)
    const more = large.bytesPerEvent / small.bytesPerEvent
    const good = Math.max(small.bytesPerEvent, large.bytesPerEvent) < BAR && more <= MOST_MORE
    report.result(
      { scenario: 'storage/ratio', more: Number(more.toFixed(3)), mostMore: MOST_MORE, bar: BAR, good },
      `With ${large.members} members an event costs ${more.toFixed(2)} of what it costs with ${small.members}: ${good ? 'good' : 'TOO MUCH'}`,
    )
    return good
  } finally {
    await server.close()
  }
}

function tell({ members, bytesPerEvent, tables }: Growth, events: number, report: Report): void {
  const shown = tables.filter((one) => one.bytesPerEvent >= 1)
  report.result(
    {
      scenario: 'storage/room',
      members,
      events,
      bytesPerEvent: Math.round(bytesPerEvent),
      tables: Object.fromEntries(shown.map((one) => [one.table, Math.round(one.bytesPerEvent)])),
    },
    `${members} members: ${bytesPerEvent.toFixed(0)} bytes/event (${shown
      .map((one) => `${one.table} ${one.bytesPerEvent.toFixed(0)}`)
      .join(', ')})`,
  )
}

async function growthIn(server: StorageServer, members: number, events: number): Promise<Growth> {
  const room = await server.makeRoom()
  await inTurns(members - 1, (i) => room.join(i + 1))
  // With the first message every member has a count of what is unread: a cost of members, which no later event has.
  await room.say(0, 0)
  await server.caughtUp()
  const before = await server.tableSizes()
  await inTurns(events, (i) => (i % STATE_CHANGE_EVERY === 0 ? room.rename(i % members, i) : room.say(i % members, i)))
  await server.caughtUp()
  const after = await server.tableSizes()
  const tables = [...after].map(([table, bytes]) => ({
    table,
    bytesPerEvent: (bytes - (before.get(table) ?? 0)) / events,
  }))
  tables.sort((a, b) => b.bytesPerEvent - a.bytesPerEvent)
  return { members, tables, bytesPerEvent: tables.reduce((sum, one) => sum + one.bytesPerEvent, 0) }
}

async function inTurns(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await act(index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
