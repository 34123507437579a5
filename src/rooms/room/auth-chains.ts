// The chain cover of a tenant's auth graph: state events in chains (an event after the one it replaces), links between chains. Whether
// one event is in another's auth chain is then a comparison of numbers, and the auth difference of two states a few ranges.
// spec: rooms/v2 (auth chain, auth difference). Walks over string IDs, quadratic in the number of forks, are what this avoids.

import type { Database } from '#platform/database/database.ts'
import type { BoundedCache } from '#platform/limits/limits.ts'
import type { AuthChainLinkRow } from '../store/event-writers.ts'
import { chainLinks, chainPlaces, chainTips, eventsInChains } from '../store/read-events.ts'
import type { ChainPlace, KnownEvent } from './known-event.ts'

/** Chains in one query; bounds the size of one answer. */
const CHAINS_PER_QUERY = 5_000

export interface PlacedEvent {
  readonly place: ChainPlace
  readonly links: readonly AuthChainLinkRow[]
}

/** How far each chain is reached. */
type Reach = Map<number, number>

export class AuthChains {
  readonly #database: Database
  /** Last place of chains that were looked at. */
  readonly #tips: BoundedCache<number, number>

  constructor(parts: { database: Database; tips: BoundedCache<number, number> }) {
    this.#database = parts.database
    this.#tips = parts.tips
  }

  /** Loads the tips that `place` will ask for, in one query. */
  async prepare(predecessors: readonly KnownEvent[]): Promise<void> {
    const unknown = predecessors.flatMap(({ chain }) =>
      chain && this.#tips.get(chain.chainId) === undefined ? chain.chainId : [],
    )
    if (unknown.length === 0) return
    for (const { chain_id, seq } of await this.#database.run(chainTips, [...new Set(unknown)])) {
      this.#tips.set(chain_id, seq)
    }
  }

  /**
   * The place of a state event: behind the event that it replaces when that is the last of its chain (`prepare` it first), else a
   * chain of its own. Links lead to those auth events that no other auth event names.
   */
  place(nid: number, event: { type: string; stateKey: string | undefined }, auth: readonly KnownEvent[]): PlacedEvent {
    const before = auth.find(({ event: e }) => e.type === event.type && e.stateKey === event.stateKey)
    const extends_ =
      before?.chain && this.#tips.get(before.chain.chainId) === before.chain.seq ? before.chain : undefined
    const place = extends_ ? { chainId: extends_.chainId, seq: extends_.seq + 1 } : { chainId: nid, seq: 1 }
    this.#tips.set(place.chainId, place.seq)

    const named = new Set(auth.flatMap((known) => known.authNids))
    const links = auth.flatMap(({ nid: target, chain }) => {
      if (!chain || chain.chainId === place.chainId || named.has(target)) return []
      return { ...{ chainId: place.chainId, seq: place.seq }, targetChain: chain.chainId, targetSeq: chain.seq }
    })
    return { place, links }
  }

  /** Forgets what it knew of tips: after a commit that failed. */
  forgetTips(): void {
    this.#tips.clear()
  }

  /** How far the auth chains of the places reach, the places themselves included. */
  async reach(places: Iterable<ChainPlace>): Promise<Reach> {
    const reach: Reach = new Map()
    let edge: Reach = new Map()
    for (const { chainId, seq } of places) raise(edge, chainId, seq)
    while (edge.size > 0) {
      for (const [chain, seq] of edge) raise(reach, chain, seq)
      edge = await this.#step(edge, reach)
    }
    return reach
  }

  async #step(edge: Reach, reach: Reach): Promise<Reach> {
    const next: Reach = new Map()
    const chains = [...edge.keys()]
    for (let at = 0; at < chains.length; at += CHAINS_PER_QUERY) {
      const links = await this.#database.run(chainLinks, chains.slice(at, at + CHAINS_PER_QUERY))
      for (const link of links) {
        if (link.seq > (edge.get(link.chain_id) ?? 0)) continue
        if (link.target_seq > (reach.get(link.target_chain) ?? 0)) raise(next, link.target_chain, link.target_seq)
      }
    }
    return next
  }

  /**
   * Numbers of the events that are in some and not in all of the auth chains of the states.
   *
   * @param sets per state, the events at the keys on which not all states agree.
   * @param shared numbers of the events on which all agree; only asked for when the sets differ in their chains.
   */
  async difference(
    sets: readonly (readonly KnownEvent[])[],
    shared: () => Promise<readonly number[]>,
  ): Promise<readonly number[]> {
    const reaches = await Promise.all(sets.map((set) => this.reach(set.flatMap(({ chain }) => chain ?? []))))
    const chains = new Set(reaches.flatMap((reach) => [...reach.keys()]))
    const differing = [...chains].filter((chain) => new Set(reaches.map((reach) => reach.get(chain) ?? 0)).size > 1)
    if (differing.length === 0) return []
    const common = await this.reach(await this.#placesOf(await shared()))
    const [ids, lows, highs]: [number[], number[], number[]] = [[], [], []]
    for (const chain of differing) {
      const seqs = reaches.map((reach) => Math.max(reach.get(chain) ?? 0, common.get(chain) ?? 0))
      const [low, high] = [Math.min(...seqs), Math.max(...seqs)]
      if (low === high) continue
      ids.push(chain)
      lows.push(low + 1)
      highs.push(high)
    }
    if (ids.length === 0) return []
    return (await this.#database.run(eventsInChains, ids, lows, highs)).map((row) => row.event_nid)
  }

  /** Numbers of all events that the places reach, the places themselves included. */
  async chainsOf(places: Iterable<ChainPlace>): Promise<number[]> {
    const reach = [...(await this.reach(places))]
    if (reach.length === 0) return []
    const chains = reach.map(([chain]) => chain)
    const lows = reach.map(() => 1)
    const highs = reach.map(([, seq]) => seq)
    return (await this.#database.run(eventsInChains, chains, lows, highs)).map((row) => row.event_nid)
  }

  async #placesOf(nids: readonly number[]): Promise<ChainPlace[]> {
    const rows = await this.#database.run(chainPlaces, nids)
    return rows.map((row) => ({ chainId: row.chain_id, seq: row.chain_seq }))
  }
}

function raise(reach: Reach, chain: number, seq: number): void {
  if (seq > (reach.get(chain) ?? 0)) reach.set(chain, seq)
}
