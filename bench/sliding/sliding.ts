// `npm run bench -- sliding`: what a client of many rooms waits for. The first window of sliding sync in an account with many rooms, beside
// one with few in the same run, and the next answer after one message. A window must not cost more because there are more rooms below it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { median } from '../measure/median.ts'
import { processTime, treeTime } from '../measure/processor-time.ts'
import type { Report } from '../report.ts'
import { ClientApi, type Person } from '../server/client-api.ts'
import { startSamband } from '../server/samband-server.ts'
import { askWindow, listOfWindow, positionOf } from './window-request.ts'

export interface SlidingOptions {
  /** Rooms of the large account. */
  readonly rooms: number
  /** Measurements of each kind. */
  readonly times: number
  readonly nodeOptions: readonly string[]
}

/** Milliseconds that the first window of the large account may take, at the 95th percentile. */
const BAR = 20
/** Rooms of the small account. */
const FEW = 40
/** Rooms in the window, and messages in each of them. */
const WINDOW = 20
const MESSAGES = 20
/** Calls at once while rooms are made. */
const AT_ONCE = 16
/** Measurements in a row; the first ones of each account do not count. */
const BLOCK = 10

interface Account {
  readonly person: Person
  readonly roomIds: readonly string[]
}

/** @returns whether the bar is reached */
export async function benchSliding({ rooms, times, nodeOptions }: SlidingOptions, report: Report): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-sliding-'))
  const server = await startSamband({ dataFolder: folder, nodeOptions })
  try {
    const api = new ClientApi(server.address)
    const small = await makeAccount(api, 'few', FEW)
    const large = await makeAccount(api, 'many', rooms)
    report.note(`accounts with ${FEW} and ${rooms} rooms are made`)
    const good: boolean[] = []
    for (const limit of [1, MESSAGES]) {
      const figures = { few: noFigures(), many: noFigures() }
      const block = async (account: Account, into: Figures | undefined) => {
        const before = [processTime(server.pid), treeTime(server.databasePid)] as const
        for (let n = 0; n < BLOCK; n++) {
          const took = await timed(() => askWindow(api, account.person, listOfWindow(WINDOW, limit)))
          into?.took.push(took)
        }
        if (!into) return
        into.node += processTime(server.pid) - before[0]
        into.postgresql += treeTime(server.databasePid) - before[1]
      }
      for (const account of [small, large]) await block(account, undefined)
      // In turns, so that both meet the same neighbours on the machine.
      for (let turn = 0; turn < times / BLOCK; turn++) {
        await block(small, figures.few)
        await block(large, figures.many)
      }
      good.push(tellFirst(report, { rooms, limit }, figures))
    }
    tellNext(report, rooms, await afterOneMessage(api, large, times))
    return good.every(Boolean)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Figures {
  /** Milliseconds of each. */
  readonly took: number[]
  /** Microseconds of CPU of all together. */
  node: number
  postgresql: number
}

const noFigures = (): Figures => ({ took: [], node: 0, postgresql: 0 })

function tellFirst(
  report: Report,
  { rooms, limit }: { readonly rooms: number; readonly limit: number },
  { few, many }: { readonly few: Figures; readonly many: Figures },
): boolean {
  const [p50, p95] = [median(many.took), percentile(many.took, 0.95)]
  const [node, postgresql] = [many.node, many.postgresql].map((cpu) => cpu / 1000 / many.took.length)
  const overFew = p50 / median(few.took)
  // What the neighbours on the machine hardly move.
  const cpuOverFew = (many.node + many.postgresql) / (few.node + few.postgresql)
  const good = p95 <= BAR
  const cpu = { node: round(node), postgresql: round(postgresql), cpuOverFew: round(cpuOverFew) }
  report.result(
    {
      ...{ scenario: 'sliding/first', rooms, limit, p50: round(p50), p95: round(p95), overFew: round(overFew) },
      ...{ ...cpu, bar: BAR, good },
    },
    `first window of ${WINDOW} rooms, ${limit} events each: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms with ${rooms} rooms ` +
      `(the bar is p95 ${BAR} ms); CPU ms: Node ${cpu.node}, PostgreSQL ${cpu.postgresql}; of what it takes with ${FEW} rooms ` +
      `${overFew.toFixed(2)} by time, ${cpuOverFew.toFixed(2)} by CPU${good ? '' : ' – NOT REACHED'}`,
  )
  return good
}

function tellNext(report: Report, rooms: number, next: readonly number[]): void {
  const [p50, p95] = [median(next), percentile(next, 0.95)]
  report.result(
    { scenario: 'sliding/next', rooms, p50: round(p50), p95: round(p95) },
    `next answer after one message: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms with ${rooms} rooms`,
  )
}

/** From a message that is durable to the answer that tells it. */
async function afterOneMessage(api: ClientApi, { person, roomIds }: Account, times: number): Promise<number[]> {
  const list = listOfWindow(WINDOW, 1)
  let position = positionOf(await askWindow(api, person, list))
  const took: number[] = []
  for (let turn = 0; turn < times; turn++) {
    await say(api, person, roomIds[turn % roomIds.length] ?? '', `next ${turn}`)
    took.push(
      await timed(async () => {
        position = positionOf(await askWindow(api, person, list, position))
      }),
    )
  }
  return took
}

async function makeAccount(api: ClientApi, username: string, rooms: number): Promise<Account> {
  const person = await api.register(username)
  const roomIds = await inTurns(rooms, (i) => api.createRoom(person, `Room ${i}`))
  await inTurns(Math.min(WINDOW, rooms) * MESSAGES, (i) => say(api, person, roomIds[i % WINDOW] ?? '', `message ${i}`))
  return { person, roomIds }
}

/** @param body its own for each message: it is the transaction too. */
const say = (api: ClientApi, person: Person, roomId: string, body: string): Promise<unknown> => {
  const place = `rooms/${encodeURIComponent(roomId)}/send/m.room.message/${encodeURIComponent(body)}`
  return api.ask('PUT', `/_matrix/client/v3/${place}`, person, { msgtype: 'm.text', body })
}

async function inTurns<Result>(count: number, act: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await act(index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await act()
  return performance.now() - begun
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

const round = (value = Number.NaN): number => Number(value.toFixed(2))
