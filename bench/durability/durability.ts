// `npm run bench -- durability`: people write while server and database are killed (-9) again and again. Whatever was acknowledged must be
// there afterwards, once; whatever was not is sent again with its transaction ID and must then be there once as well.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Report } from '../report.ts'
import { ClientApi } from '../server/client-api.ts'
import { makeCrowd } from '../server/people-and-rooms.ts'
import { type SambandServer, startSamband } from '../server/samband-server.ts'
import { countMessages } from './count-messages.ts'
import { Writer } from './writer.ts'

export interface DurabilityOptions {
  /** 0: one kill. */
  readonly minutes: number
}

/** Milliseconds of writing before a kill: each time another moment of the group commit. */
const SHORTEST = 500
const LONGEST = 3_000
const crowd = { people: 16, rooms: 8, roomsEach: 2 }

/** @returns whether nothing was lost or doubled */
export async function benchDurability({ minutes }: DurabilityOptions, report: Report): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-dur-'))
  let server = await startSamband({ dataFolder: folder })
  try {
    const targets = await makeCrowd(new ClientApi(server.address), crowd)
    const writers = targets.map((target, number) => new Writer(target, number))
    const until = Date.now() + minutes * 60_000
    let kills = 0
    do {
      server = await writeAndKill(server, writers, folder)
      kills += 1
      report.note(`${kills} kills, ${sum(writers)} events acknowledged`)
    } while (Date.now() < until)
    return await judge(server, writers, kills, report)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeAndKill(server: SambandServer, writers: readonly Writer[], folder: string): Promise<SambandServer> {
  const writing = writers.map((writer) => writer.writeUntilCut(server))
  await pause(SHORTEST + Math.random() * (LONGEST - SHORTEST))
  await server.kill()
  await Promise.all(writing)
  const next = await startSamband({ dataFolder: folder })
  await Promise.all(writers.map((writer) => writer.repeatTheLast(next)))
  return next
}

async function judge(
  server: SambandServer,
  writers: readonly Writer[],
  kills: number,
  report: Report,
): Promise<boolean> {
  const found = await countMessages(server)
  const acknowledged = writers.flatMap((writer) => writer.acknowledged)
  const lost = acknowledged.filter(({ text, eventId }) => found.get(text)?.[0] !== eventId)
  const doubled = [...found].filter(([, eventIds]) => eventIds.length > 1)
  const good = lost.length === 0 && doubled.length === 0 && acknowledged.length > 0
  report.result(
    {
      scenario: 'durability',
      kills,
      acknowledged: acknowledged.length,
      stored: found.size,
      lost: lost.length,
      doubled: doubled.length,
      good,
    },
    `${kills} kills: of ${acknowledged.length} acknowledged events ${lost.length} are lost and ${doubled.length} doubled: ${good ? 'good' : 'BAD'}`,
  )
  return good
}

const sum = (writers: readonly Writer[]): number =>
  writers.reduce((count, { acknowledged }) => count + acknowledged.length, 0)

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
