// Servers that have not answered for everything yet.
// spec: server-server-api #transactions

import { statement } from '#platform/database/database.ts'

export interface DestinationRow {
  readonly server_name: string
  readonly position: number
}

export const selectDestinations = statement<[], DestinationRow>(
  'outbound.select_destinations',
  'select server_name, position from destination',
)

/** Notes that something is under way to servers: (names, positions up to which all is taken). A row that is there reaches back further, and stays. */
export const insertDestinations = statement<[names: readonly string[], positions: readonly number[]]>(
  'outbound.insert_destinations',
  `insert into destination (server_name, position) select * from unnest($1::text[], $2::bigint[]) on conflict do nothing`,
)

export const moveDestinations = statement<[names: readonly string[], positions: readonly number[]]>(
  'outbound.move_destinations',
  `update destination set position = moved.position
     from unnest($1::text[], $2::bigint[]) as moved (server_name, position)
    where destination.server_name = moved.server_name`,
)

export const deleteDestinations = statement<[names: readonly string[]]>(
  'outbound.delete_destinations',
  'delete from destination where server_name = any($1::text[])',
)
