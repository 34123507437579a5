// The links of a space that we are in. States do not change under their names, so what was found in one is kept.
// spec: client-server-api/modules/spaces.md #mspacechild-relationship

import { BoundedCache } from '#platform/limits/limits.ts'
import { type ChildLink, childOf, inOrder } from '#protocol/room-summary/room-summary.ts'
import type { Engine } from '../room/engine.ts'
import type { NodeHash, StateNode } from '../state/state-map.ts'

/** Links kept in memory, some 500 bytes each: the spaces that people look at. */
const MOST_KEPT = 20_000
/** Links of one space that are followed. A space with more is none that a person reads. */
const MOST_LINKS = 1_000

export class SpaceLinks {
  readonly #engine: Engine
  readonly #kept: BoundedCache<NodeHash, readonly ChildLink[]>

  constructor(engine: Engine) {
    this.#engine = engine
    this.#kept = new BoundedCache({ capacity: MOST_KEPT, weigh: (links) => links.length + 1 })
  }

  /** In order. */
  async of(state: StateNode): Promise<readonly ChildLink[]> {
    const { nodes, log } = this.#engine
    const name = nodes.trie.hash(state)
    const kept = this.#kept.get(name)
    if (kept) return kept
    const root = await nodes.ensureAll(state)
    const nids: number[] = []
    for (const entry of nodes.trie.entries(root)) if (entry.type === 'm.space.child') nids.push(entry.eventNid)
    const events = await log.byNids(nids)
    const shown = [...events.values()].filter((known) => known.redactedBy === undefined)
    const links = inOrder(shown.flatMap(({ event }) => childOf(event) ?? [])).slice(0, MOST_LINKS)
    this.#kept.set(name, links)
    return links
  }
}
