// The aliases of rooms: those of this server, and the room behind any, here or at the server that the alias names.
// spec: client-server-api #room-aliases, GET /_matrix/client/v3/directory/room/{roomAlias}; server-server-api, GET /query/directory

import { matrixErrorOf } from '#federation/transport/transport.ts'
import {
  type RoomAlias,
  type RoomId,
  type ServerName,
  serverOfAlias,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { Engine } from './room/engine.ts'
import { aliasesOfRoom, aliasTarget, enterAlias, removeAlias } from './store/aliases.ts'

export interface AliasTarget {
  readonly roomId: RoomId
  /** Servers to join through, the likeliest first. */
  readonly servers: readonly ServerName[]
}

/** Servers told with an alias: more are of no use to one who wants to join. */
const MOST_SERVERS = 50

async function findAlias(engine: Engine, alias: RoomAlias, signal?: AbortSignal): Promise<AliasTarget | undefined> {
  const { serverName, database } = engine.parts
  if (serverOfAlias(alias) !== serverName) return askForAlias(engine, alias, signal)
  const row = await database.one(aliasTarget, alias)
  if (!row) return undefined
  const roomId = row.room_id as RoomId
  const others = (await engine.room(roomId))?.committed.serverNames ?? []
  const servers = new Set<ServerName>([serverName, ...others])
  return { roomId, servers: [...servers].slice(0, MOST_SERVERS) }
}

async function askForAlias({ parts }: Engine, alias: RoomAlias, signal?: AbortSignal) {
  const asked = serverOfAlias(alias)
  const answer = await parts.transport.queryDirectory(asked, alias, signal)
  if (answer.ok) {
    // Its list may leave itself out, or be empty; it is likely to be in the room all the same.
    return { roomId: answer.value.roomId, servers: [...new Set([...answer.value.servers, asked])] }
  }
  if (answer.failure.kind === 'refused' && answer.failure.status === 404) return undefined
  throw matrixErrorOf(answer.failure)
}

/** The aliases of this server, and those of others as far as one may ask. */
export class RoomAliases {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** An alias of this server. `servers`: those noted with it. */
  async get(alias: RoomAlias): Promise<{ roomId: RoomId; creator: UserId; servers: ServerName[] } | undefined> {
    const row = await this.#engine.parts.database.one(aliasTarget, alias)
    return (
      row && { roomId: row.room_id as RoomId, creator: row.creator as UserId, servers: row.servers as ServerName[] }
    )
  }

  /**
   * The room behind an alias of this server or another. Undefined: its server knows no such alias.
   *
   * @throws 502 `M_UNKNOWN`, among others: its server cannot be asked.
   */
  find(alias: RoomAlias, signal?: AbortSignal): Promise<AliasTarget | undefined> {
    return findAlias(this.#engine, alias, signal)
  }

  /** False when the alias is taken. */
  async set(alias: RoomAlias, roomId: RoomId, creator: UserId): Promise<boolean> {
    const { serverName, database } = this.#engine.parts
    return (await database.run(enterAlias, alias, roomId, creator, [serverName])).length > 0
  }

  async remove(alias: RoomAlias): Promise<boolean> {
    return (await this.#engine.parts.database.run(removeAlias, alias)).length > 0
  }

  async of(roomId: RoomId): Promise<RoomAlias[]> {
    return (await this.#engine.parts.database.run(aliasesOfRoom, roomId)).map((row) => row.alias as RoomAlias)
  }
}
