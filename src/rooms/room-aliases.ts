// Finds the room behind an alias, here or at the server that the alias names.
// spec: client-server-api #room-aliases, GET /_matrix/client/v3/directory/room/{roomAlias}; server-server-api, GET /query/directory

import { type RoomAlias, type RoomId, type ServerName, serverOfAlias } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from './room/engine.ts'
import { aliasTarget } from './store/aliases.ts'

export interface AliasTarget {
  readonly roomId: RoomId
  /** Servers to join through, the likeliest first. */
  readonly servers: readonly ServerName[]
}

/** Servers told with an alias: more are of no use to one who wants to join. */
const MOST_SERVERS = 50

/** Undefined: there is no such alias, or its server does not say. */
export async function findAlias(
  engine: Engine,
  alias: RoomAlias,
  signal?: AbortSignal,
): Promise<AliasTarget | undefined> {
  const { serverName, database, transport } = engine.parts
  if (serverOfAlias(alias) !== serverName) {
    const answer = await transport.queryDirectory(serverOfAlias(alias), alias, signal)
    return answer.ok ? answer.value : undefined
  }
  const row = await database.one(aliasTarget, alias)
  if (!row) return undefined
  const roomId = row.room_id as RoomId
  const others = (await engine.room(roomId))?.committed.serverNames ?? []
  const servers = new Set<ServerName>([serverName, ...others])
  return { roomId, servers: [...servers].slice(0, MOST_SERVERS) }
}
