// Room aliases of this server.
// spec: client-server-api #room-aliases

import { statement } from '#platform/database/database.ts'

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
