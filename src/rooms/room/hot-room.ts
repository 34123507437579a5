// A room in memory: its head, its mailbox and the state events that the rules ask for again and again.
// spec: docs/architecture.md, decision 2

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import type { StateNode, StateTrie } from '../state/state-map.ts'
import type { StateKey, StateNodes } from '../state/state-nodes.ts'
import type { EventLog } from './event-log.ts'
import type { KnownEvent } from './known-event.ts'
import { Mailbox } from './mailbox.ts'
import type { RoomHead } from './room-head.ts'

/** State events kept at hand per room: the room's rules and the members who write in it now. */
const MOST_AT_HAND = 1_000

/** Some of a state's events, by key. */
export class StateEvents implements StateView {
  readonly #events: ReadonlyMap<string, KnownEvent>

  constructor(events: ReadonlyMap<string, KnownEvent>) {
    this.#events = events
  }

  get(type: string, stateKey: string): RoomEvent | undefined {
    return this.known(type, stateKey)?.event
  }

  known(type: string, stateKey: string): KnownEvent | undefined {
    return this.#events.get(stateKeyOf(type, stateKey))
  }
}

export class HotRoom {
  readonly mailbox = new Mailbox()
  readonly #trie: StateTrie
  readonly #nodes: StateNodes
  readonly #log: EventLog
  /** The head that the next append is computed on: appends on their way to the disk included. */
  head: RoomHead
  /** The head that is durable: what readers see. */
  committed: RoomHead
  /** Appends on their way to the disk. */
  pending = 0
  /** An append computed on this object was lost: the room is read anew, and nothing more is computed here. */
  lost = false
  /** Ends when the newest of them is durable or lost. */
  lastCommit: Promise<unknown> = Promise.resolve()
  /** Events of the current state, by key; null: known to be absent. */
  readonly #atHand = new Map<string, KnownEvent | null>()

  constructor(head: RoomHead, parts: { nodes: StateNodes; log: EventLog }) {
    this.head = head
    this.committed = head
    this.#nodes = parts.nodes
    this.#trie = parts.nodes.trie
    this.#log = parts.log
  }

  get isBusy(): boolean {
    return this.pending > 0 || !this.mailbox.idle
  }

  /** The current state's events for the keys. Answers from memory without waiting when it can. */
  stateEvents(keys: readonly StateKey[]): StateEvents | Promise<StateEvents> {
    const found = new Map<string, KnownEvent>()
    for (const { type, stateKey } of keys) {
      const key = stateKeyOf(type, stateKey)
      const known = this.#atHand.get(key)
      if (known === undefined) return this.#loadStateEvents(keys)
      if (known) found.set(key, known)
    }
    return new StateEvents(found)
  }

  async #loadStateEvents(keys: readonly StateKey[]): Promise<StateEvents> {
    const root = await this.loadedState(keys)
    const nids = new Map<string, number>()
    for (const { type, stateKey } of keys) {
      const entry = root && this.#trie.get(root, type, stateKey)
      if (entry) nids.set(stateKeyOf(type, stateKey), entry.eventNid)
    }
    const events = await this.#log.byNids(nids.values())
    if (this.#atHand.size > MOST_AT_HAND) this.#atHand.clear()
    const found = new Map<string, KnownEvent>()
    for (const { type, stateKey } of keys) {
      const key = stateKeyOf(type, stateKey)
      const nid = nids.get(key)
      const known = nid === undefined ? undefined : events.get(nid)
      if (nid !== undefined && !known) throw new Error(`The state of room ${this.head.roomId} names a missing event.`)
      if (known) found.set(key, known)
      this.#atHand.set(key, known ?? null)
    }
    return new StateEvents(found)
  }

  /** The current state with the paths to the keys in memory; call it inside a turn, so that the state stays the current one. */
  async loadedState(keys: readonly StateKey[]): Promise<StateNode | undefined> {
    const { state } = this.head
    if (!state) return undefined
    const loaded = await this.#nodes.ensure(state, keys)
    if (loaded !== state && this.head.state === state) this.head = { ...this.head, state: loaded }
    return loaded
  }

  /** Moves on to the head after an append, and keeps the events at hand true. `changed`: the state keys that changed. */
  advance(head: RoomHead, changed: ReadonlyMap<string, KnownEvent | undefined>): void {
    this.head = head
    for (const [key, known] of changed) {
      if (known) this.#atHand.set(key, known)
      else this.#atHand.delete(key)
    }
  }
}
