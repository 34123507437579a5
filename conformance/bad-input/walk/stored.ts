// What requests leave behind in the tables of a tenant.

import { statement } from '#platform/database/database.ts'
import type { World } from './world.ts'

/** Times that the same is tried: a follower of the stream that is late may write meanwhile what came before. */
const TRIES = 8

/** @returns the tables that are others each time after `act` */
export async function storedBy(world: World, act: (isFirst: boolean) => Promise<void>): Promise<readonly string[]> {
  let changed: readonly string[] = []
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await rowsOf(world)
    await act(tries === 0)
    const after = await rowsOf(world)
    changed = [...after].filter(([name, rows]) => before.get(name) !== rows).map(([name]) => name)
    if (changed.length === 0) return []
  }
  return changed
}

const tables = statement<[], { name: string }>(
  'test.tables',
  `select c.relname as name from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and c.relname not in ('follower', 'destination')
    order by name`,
)

/** Every table's number of rows and newest version, but for the places to which followers have come: neither changes when nothing is stored. */
async function rowsOf({ server }: World): Promise<ReadonlyMap<string, string>> {
  const { database, stream } = server.tenant
  const { rooms, push } = server.modules
  await stream.idle()
  await rooms.discovery.caughtUp()
  await push.settled(stream.head)
  const names = await database.run(tables)
  const counts = names.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) as rows from "${name}"`,
  )
  const rows = await database.run(
    statement<[], { name: string; rows: string }>('test.rows', counts.join(' union all ')),
  )
  return new Map(rows.map(({ name, rows }) => [name, rows]))
}
