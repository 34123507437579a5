// Room aliases of this server.
// spec: client-server-api #room-aliases

import { statement } from '#platform/database/database.ts'
import type { Guard } from '#platform/stream/stream.ts'

export const aliasTarget = statement<[string], { room_id: string; creator: string; servers: string[] }>(
  'rooms.alias_target',
  `select room_id, creator, servers from room_alias where alias = $1`,
)

export const enterAlias = statement<[string, string, string, readonly string[]], { alias: string }>(
  'rooms.enter_alias',
  `insert into room_alias (alias, room_id, creator, servers) values ($1, $2, $3, $4::text[]) on conflict do nothing returning alias`,
)

export const removeAlias = statement<[string], { alias: string }>(
  'rooms.remove_alias',
  `delete from room_alias where alias = $1 returning alias`,
)

export const aliasesOfRoom = statement<[string], { alias: string }>(
  'rooms.aliases_of_room',
  `select alias from room_alias where room_id = $1 order by alias limit 1000`,
)

export interface NewAliasRow {
  readonly alias: string
  readonly roomId: string
  readonly creator: string
  readonly serverName: string
}

/** Takes an alias for a room that is being created: holds when nobody has it, in this commit either. */
export const newAliasGuard: Guard<NewAliasRow> = {
  name: 'rooms.take_alias',
  rank: 6,
  text: `with asked as (select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[]) as a (tag, alias, room_id, creator, server_name)),
      first as (select distinct on (alias) * from asked order by alias, tag),
      taken as (insert into room_alias (alias, room_id, creator, servers)
        select alias, room_id, creator, array[server_name] from first on conflict do nothing returning alias)
    select tag from first join taken using (alias)`,
  columns: (row) => [row.alias, row.roomId, row.creator, row.serverName],
}
