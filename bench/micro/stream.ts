// What group commit costs this process: CPU per act at 64 concurrent callers, each act one 1 KB event row and one guard.
// Prints: Node's CPU per act (and of it the driver's and ours together), acts per second, mean size of a commit.
//   node bench/micro/stream.ts [seconds=3] [callers=64]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import {
  connectDatabase,
  migrate,
  readMigrations,
  startEmbedded,
  tenantMigrations,
} from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import { type Guard, holds, openStream, type Writer, write } from '#platform/stream/stream.ts'

interface Event {
  readonly id: string
  readonly room: number
  readonly json: string
}

const eventWriter: Writer<Event> = {
  name: 'bench.write_event',
  rank: 10,
  text: `insert into bench_event (position, id, room, json)
    select * from unnest($1::bigint[], $2::text[], $3::integer[], $4::text[])`,
  columns: (event, position) => [position, event.id, event.room, event.json],
}

const turnGuard: Guard<{ room: number }> = {
  name: 'bench.take_turn',
  rank: 10,
  text: `with asked as (select * from unnest($1::integer[], $2::integer[]) as a (tag, room)),
      taken as (update bench_room set serial = serial + n
        from (select room, count(*) as n from asked group by room) as each where bench_room.room = each.room
        returning bench_room.room)
    select tag from asked join taken using (room)`,
  columns: ({ room }) => [room],
}

const [seconds = 3, callers = 64] = process.argv.slice(2).map(Number)
const clock = systemClock()
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }
const folder = mkdtempSync(path.join(tmpdir(), 'samband-bench-'))
const server = await startEmbedded({ dataFolder: path.join(folder, 'data'), clock, log: silent })
const connections = await connectDatabase(server.settings, { clock })
await connections.session(async (session) => {
  await migrate(session, 'bench', readMigrations(tenantMigrations))
  await session.run(`create table bench_event (position bigint primary key, id text unique, room integer, json text);
    create table bench_room (room integer primary key, serial bigint not null default 0);
    insert into bench_room (room) select generate_series(0, 15)`)
})
const stream = await openStream({ schema: connections.schema('bench'), clock, log: silent })
let commits = 0
stream.onCommit(() => {
  commits += 1
})

const json = JSON.stringify({
  type: 'm.room.message',
  content: { body: 'Så här långt. '.repeat(60) },
  sender: '@anna:alfa',
})

async function call(caller: number, until: number): Promise<number> {
  let acts = 0
  for (; performance.now() < until; acts++) {
    const room = caller % 16
    await stream.append({
      facts: [{ kind: 'event', room: `!${room}` }],
      rows: [write(eventWriter, { id: `$${caller}.${acts}.${until}`, room, json }, 0)],
      guards: [holds(turnGuard, { room })],
    })
  }
  return acts
}

async function round(milliseconds: number) {
  commits = 0
  const before = process.cpuUsage()
  const start = performance.now()
  const each = await Promise.all(Array.from({ length: callers }, (_, i) => call(i, start + milliseconds)))
  const acts = each.reduce((sum, n) => sum + n, 0)
  const { user, system } = process.cpuUsage(before)
  return {
    acts,
    'acts per second': Math.round((acts / milliseconds) * 1000),
    'Node µs per act': Number(((user + system) / acts).toFixed(1)),
    'acts per commit': Number((acts / commits).toFixed(1)),
    'commit ms': Number((milliseconds / commits).toFixed(2)),
  }
}

await round(1000)
console.log(await round(seconds * 1000))
await connections.close()
await server.stop()
rmSync(folder, { recursive: true })
