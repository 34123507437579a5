// Searching in messages, and the index behind it.
// spec: client-server-api/modules/search.md

import type { Follower } from '#platform/follow/follow.ts'
import type { Log } from '#platform/log/log.ts'
import type { Discovery } from '../discover/discovery.ts'
import { HeavyQuestions } from '../index/heavy-questions.ts'
import { reachedSoon } from '../index/reached-soon.ts'
import type { Reader } from '../read/event-form.ts'
import type { Engine } from '../room/engine.ts'
import { historyWithoutEntry } from '../store/search-entries.ts'
import { followSearch } from './follow-search.ts'
import { indexEvents, searchedTypes } from './index-events.ts'
import { withPredecessors } from './predecessors.ts'
import { searchEvents } from './search-events.ts'
import type { SearchAnswer, SearchRequest } from './search-request.ts'

/** Old events looked at when some were fetched: more than come at once. */
const MOST_HISTORY = 500

export class RoomSearch {
  readonly #engine: Engine
  readonly #discovery: Pick<Discovery, 'caughtUp'>
  readonly #heavy = new HeavyQuestions()
  #followers: readonly Follower[] = []

  /** `discovery`: knows which rooms are encrypted. */
  constructor(engine: Engine, discovery: Pick<Discovery, 'caughtUp'>) {
    this.#engine = engine
    this.#discovery = discovery
  }

  /** Begins to follow what is said, without which nothing new is found. @returns how to stop. */
  async start({ log }: { readonly log: Log }): Promise<() => Promise<void>> {
    const { stream, database, clock } = this.#engine.parts
    const follower = await followSearch(this.#engine, { stream, database, clock, log })
    this.#followers = [follower]
    return () => follower.stop()
  }

  /** What the reader may see of what matches. @throws 400 for a token that we did not give. */
  async events(request: SearchRequest, reader: Reader): Promise<SearchAnswer> {
    const { stream, clock } = this.#engine.parts
    await Promise.all([this.#discovery.caughtUp(), reachedSoon(this.#followers, stream.head, clock)])
    return this.#heavy.run(reader.userId, () => searchEvents(this.#engine, request, reader))
  }

  /** The rooms and those that they replaced: what a search in the rooms is about. */
  withPredecessors(roomIds: readonly string[]): Promise<string[]> {
    return withPredecessors(this.#engine, roomIds)
  }

  /** Takes in old events of a room that were fetched from other servers: they are no news that anybody follows. */
  async indexHistory(roomNid: number): Promise<void> {
    const rows = await this.#engine.parts.database.run(historyWithoutEntry, roomNid, searchedTypes, MOST_HISTORY)
    const events = await this.#engine.log.byNids(rows.map((row) => row.event_nid))
    await indexEvents(this.#engine, [...events.values()])
  }
}
