// Brings state nodes from the database into memory, and tells which are there already.
// spec: docs/architecture.md, decision 3

import type { Database } from '#platform/database/database.ts'
import type { BoundedCache } from '#platform/limits/limits.ts'
import type { StateNodeRow } from '../store/event-writers.ts'
import { stateNodes } from '../store/read-events.ts'
import type { NodeHash, StateNode, StateTrie } from './state-map.ts'

/** Names of nodes in one query; bounds the size of one answer to some megabytes. */
const NODES_PER_QUERY = 2_000

export interface StateKey {
  readonly type: string
  readonly stateKey: string
}

export class StateNodes {
  readonly trie: StateTrie
  readonly #database: Database
  /** Nodes by name, with whatever of their children was in memory when they were put here. */
  readonly #cache: BoundedCache<NodeHash, StateNode>

  constructor(parts: { trie: StateTrie; database: Database; cache: BoundedCache<NodeHash, StateNode> }) {
    this.trie = parts.trie
    this.#database = parts.database
    this.#cache = parts.cache
  }

  /** A root by its name, from memory or as a stub. */
  root(hash: NodeHash): StateNode {
    return this.#cache.get(hash) ?? this.trie.stub(hash)
  }

  /** `root` with the paths to the keys in memory. Resolves at once when they are. */
  async ensure(root: StateNode, keys: readonly StateKey[]): Promise<StateNode> {
    let grown = root
    for (;;) {
      const missing = keys.flatMap((key) => this.trie.stubOnPath(grown, key.type, key.stateKey) ?? [])
      if (missing.length === 0) return grown
      const loaded = await this.#load(missing.map(({ stub }) => stub.hash))
      for (const { stub, prefix } of missing) {
        const node = loaded.get(stub.hash)
        if (node) grown = this.trie.graftAt(grown, prefix, node)
      }
      this.#keep(grown)
    }
  }

  /** As `ensure`, of many states: one query for each level of the tries, however many states there are. */
  async ensureMany(
    asked: readonly { readonly root: StateNode; readonly keys: readonly StateKey[] }[],
  ): Promise<StateNode[]> {
    let states = asked.map(({ root, keys }) => ({ root, keys, missing: this.#missing(root, keys) }))
    for (;;) {
      const hashes = states.flatMap(({ missing }) => missing.map(({ stub }) => stub.hash))
      if (hashes.length === 0) return states.map(({ root }) => root)
      const loaded = await this.#load(hashes)
      states = states.map((state) => {
        if (state.missing.length === 0) return state
        let { root } = state
        for (const { stub, prefix } of state.missing) {
          const node = loaded.get(stub.hash)
          if (node) root = this.trie.graftAt(root, prefix, node)
        }
        this.#keep(root)
        return { root, keys: state.keys, missing: this.#missing(root, state.keys) }
      })
    }
  }

  #missing(root: StateNode, keys: readonly StateKey[]) {
    return keys.flatMap((key) => this.trie.stubOnPath(root, key.type, key.stateKey) ?? [])
  }

  /** `root` with all in memory that `remove` of the key looks at. */
  async ensureAround(root: StateNode, key: StateKey): Promise<StateNode> {
    let grown = root
    for (;;) {
      const missing = this.trie.stubsAround(grown, key.type, key.stateKey).map((stub) => stub.hash)
      if (missing.length === 0) return grown
      grown = this.#keep(this.trie.graft(grown, await this.#load(missing)))
    }
  }

  /** `root` with every node in memory: the whole state. */
  async ensureAll(root: StateNode): Promise<StateNode> {
    let grown = root
    for (;;) {
      const missing = this.trie.stubs(grown).map(({ stub }) => stub.hash)
      if (missing.length === 0) return grown
      grown = this.#keep(this.trie.graft(grown, await this.#load(missing)))
    }
  }

  /** Both states with all in memory that their difference walks through. */
  async ensureDifference(a: StateNode, b: StateNode): Promise<[StateNode, StateNode]> {
    let [left, right] = [a, b]
    for (;;) {
      const missing = this.trie.differingStubs(left, right).map((stub) => stub.hash)
      if (missing.length === 0) return [left, right]
      const loaded = await this.#load(missing)
      left = this.#keep(this.trie.graft(left, loaded))
      right = this.#keep(this.trie.graft(right, loaded))
    }
  }

  /** The rows to persist for a root: its nodes that are not below `base`, which is stored. */
  rowsFor(root: StateNode, base: StateNode | undefined): StateNodeRow[] {
    const stored = base ? this.#hashesNear(base, root) : undefined
    const rows = this.trie
      .newNodes(root, (hash) => stored?.has(hash) ?? false)
      .map((node) => ({ hash: hashToBytes(node.hash), body: node.body }))
    this.#keep(root)
    return rows
  }

  /** Names of base's nodes along the paths where the new root differs: enough to stop at everything shared. */
  #hashesNear(base: StateNode, root: StateNode): Set<NodeHash> {
    const names = new Set<NodeHash>()
    const walk = (old: StateNode | undefined, fresh: StateNode | undefined): void => {
      if (!old) return
      names.add(this.trie.hash(old))
      if (!fresh || old === fresh || old.kind !== 'branch' || fresh.kind !== 'branch') return
      for (const [index, child] of fresh.children.entries()) walk(old.children[index], child)
    }
    walk(base, root)
    return names
  }

  #keep(node: StateNode): StateNode {
    if (node.kind !== 'stub') this.#cache.set(this.trie.hash(node), node)
    return node
  }

  async #load(hashes: readonly NodeHash[]): Promise<Map<NodeHash, StateNode>> {
    const loaded = new Map<NodeHash, StateNode>()
    const asked: NodeHash[] = []
    for (const hash of new Set(hashes)) {
      const cached = this.#cache.get(hash)
      if (cached && cached.kind !== 'stub') loaded.set(hash, cached)
      else asked.push(hash)
    }
    for (let at = 0; at < asked.length; at += NODES_PER_QUERY) {
      const names = asked.slice(at, at + NODES_PER_QUERY)
      for (const row of await this.#database.run(stateNodes, names.map(hashToBytes))) {
        const hash = bytesToHash(row.hash)
        loaded.set(hash, this.trie.decode(hash, row.body))
      }
    }
    for (const hash of asked) if (!loaded.has(hash)) throw new Error(`The state node ${hash} is not in the database.`)
    return loaded
  }
}

export const hashToBytes = (hash: NodeHash): Uint8Array => Buffer.from(hash, 'hex')
export const bytesToHash = (bytes: Uint8Array): NodeHash =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex') as NodeHash
