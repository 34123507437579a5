// What other servers tell of rooms that we are not in, kept for some minutes: a space is looked at by many, and often.
// spec: client-server-api/modules/spaces.md #server-behaviour; server-server-api, GET /hierarchy/{roomId}

import type { HierarchyLevel } from '#federation/transport/transport.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'

/** Characters of JSON that are kept. */
const MOST_KEPT = 32 << 20
/** Servers and rooms of which it is remembered that they told nothing. */
const MOST_SILENT = 20_000
const KEPT_FOR = 5 * 60_000
/** That nobody could tell is remembered too, so that the next page of a client gets further. */
const NOTHING_KEPT_FOR = 30_000
/** Servers asked for one room: a person waits. */
const MOST_SERVERS = 3

export class RemoteSpaces {
  readonly #engine: Engine
  /** By server and room: what one server says of a room is not taken for another's word. */
  readonly #told: BoundedCache<string, HierarchyLevel>
  readonly #silent: BoundedCache<string, true>

  constructor(engine: Engine) {
    this.#engine = engine
    const { clock } = engine.parts
    this.#told = new BoundedCache({
      capacity: MOST_KEPT,
      weigh: (level) => JSON.stringify(level).length,
      age: { maxAge: KEPT_FOR, clock },
    })
    this.#silent = new BoundedCache({ capacity: MOST_SILENT, age: { maxAge: NOTHING_KEPT_FOR, clock } })
  }

  /** From the first of the servers that tells; undefined: none does. `again`: also those that have told nothing just now. */
  async ask(
    roomId: RoomId,
    via: readonly ServerName[],
    { signal, again = false }: { readonly signal?: AbortSignal | undefined; readonly again?: boolean } = {},
  ): Promise<HierarchyLevel | undefined> {
    const { transport } = this.#engine.parts
    for (const server of this.#asked(via)) {
      const key = keyOf(server, roomId)
      const told = this.#told.get(key)
      if (told) return told
      if (!again && this.#silent.get(key)) continue
      const answer = await transport.getHierarchy(server, roomId, signal)
      if (answer.ok) {
        this.#told.set(key, answer.value)
        return answer.value
      }
      const isOurs = answer.failure.kind === 'unreachable' && answer.failure.reason === 'cancelled'
      if (!isOurs) this.#silent.set(key, true)
    }
    return undefined
  }

  /** Whether `ask` answers without asking anybody. */
  isKnown(roomId: RoomId, via: readonly ServerName[]): boolean {
    for (const server of this.#asked(via)) {
      const key = keyOf(server, roomId)
      if (this.#told.get(key)) return true
      if (!this.#silent.get(key)) return false
    }
    return true
  }

  #asked(via: readonly ServerName[]): readonly ServerName[] {
    return via.filter((name) => name !== this.#engine.parts.serverName).slice(0, MOST_SERVERS)
  }
}

const keyOf = (server: ServerName, roomId: RoomId): string => `${server} ${roomId}`
