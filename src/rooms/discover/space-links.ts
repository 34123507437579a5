// The links of a space that we are in.
// spec: client-server-api/modules/spaces.md #mspacechild-relationship

import { BoundedCache } from '#platform/limits/limits.ts'
import { type ChildLink, childOf, inOrder } from '#protocol/room-summary/room-summary.ts'
import { shownEvent } from '../read/event-form.ts'
import type { Engine } from '../room/engine.ts'
import type { NodeHash, StateNode } from '../state/state-map.ts'

/** Numbers of events kept in memory: of the spaces that people look at. */
const MOST_KEPT = 50_000
/** Links of one space that are followed. A space with more is none that a person reads. */
const MOST_LINKS = 1_000

export class SpaceLinks {
  readonly #engine: Engine
  /** Events by the name of the state that they stand in, which does not change under its name. Redactions do not change the state. */
  readonly #kept: BoundedCache<NodeHash, readonly number[]>

  constructor(engine: Engine) {
    this.#engine = engine
    this.#kept = new BoundedCache({ capacity: MOST_KEPT, weigh: (nids) => nids.length + 1 })
  }

  /** In order. */
  async of(state: StateNode): Promise<readonly ChildLink[]> {
    const events = await this.#engine.log.byNids(await this.#nidsIn(state))
    const links = [...events.values()].flatMap((known) => childOf(shownEvent(known)) ?? [])
    return inOrder(links).slice(0, MOST_LINKS)
  }

  async #nidsIn(state: StateNode): Promise<readonly number[]> {
    const { nodes } = this.#engine
    const name = nodes.trie.hash(state)
    const kept = this.#kept.get(name)
    if (kept) return kept
    const nids: number[] = []
    for (const entry of nodes.trie.entries(await nodes.ensureAll(state))) {
      if (entry.type === 'm.space.child') nids.push(entry.eventNid)
    }
    this.#kept.set(name, nids)
    return nids
  }
}
