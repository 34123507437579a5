// Room state as a persistent map: (type, state key) → event number. A hash trie whose nodes are stored by content, so that a change
// makes O(log n) small nodes, equal states are the same node, and the difference of two states walks only what differs.
// See docs/architecture.md, decision 3.
//
// Paths and names come from a keyed hash, so that nobody can craft state keys that share a path, nor two nodes with one name.

import { hash } from 'node:crypto'
import { stateKeyOf as keyOf } from '#protocol/state-resolution/state-resolution.ts'
import { decodeNode, encodeBranch, encodeLeaf } from './node-form.ts'
import type { StateChange, StateEntry } from './state-entry.ts'
import {
  assemble,
  branch,
  FAN_OUT,
  insert,
  LEAF_LIMIT,
  type LeafEntry,
  leaf,
  leavesBelow,
  MAX_DEPTH,
  type NodeHash,
  NotLoaded,
  nibble,
  type StateNode,
  type Stub,
  withdraw,
} from './state-tree.ts'

export {
  isMembership,
  type Membership,
  type MembershipCode,
  membershipCodes,
  membershipOfCode,
  type StateChange,
  type StateEntry,
} from './state-entry.ts'
export { type NodeHash, NotLoaded, type StateNode } from './state-tree.ts'

/** Reads and changes states. One per tenant: holds the tenant's secret for paths and node names. */
export class StateTrie {
  readonly #secret: Uint8Array
  readonly empty: StateNode = { kind: 'leaf', entries: [], size: 0, hash: undefined }

  /** @param secret 32 random bytes of the tenant. */
  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  #path(key: string): string {
    return this.#digest(Buffer.from(key)).slice(0, MAX_DEPTH)
  }

  /** SHA-256 over the secret and the bytes, hexadecimal. One call costs a third less than a hash object does (bench/micro/state-map.ts). */
  #digest(bytes: Uint8Array): string {
    return hash('sha256', Buffer.concat([this.#secret, bytes]), 'hex')
  }

  #leafEntry(entry: StateEntry): LeafEntry {
    const { type, stateKey, eventNid, membership } = entry
    const key = keyOf(type, stateKey)
    return { type, stateKey, eventNid, membership, key, path: this.#path(key) }
  }

  /** The entry, undefined where there is none, `'not-loaded'` where the path leads into the database. */
  find(root: StateNode, type: string, stateKey: string): StateEntry | undefined | 'not-loaded' {
    const key = keyOf(type, stateKey)
    if (root.kind === 'leaf') return root.entries.find((entry) => entry.key === key)
    const path = this.#path(key)
    let node: StateNode | undefined = root
    for (let depth = 0; node?.kind === 'branch'; depth++) node = node.children[nibble(path, depth)]
    if (node === undefined) return undefined
    if (node.kind === 'stub') return 'not-loaded'
    return node.kind === 'leaf' ? node.entries.find((entry) => entry.key === key) : undefined
  }

  /** The entry, or undefined. @throws NotLoaded */
  get(root: StateNode, type: string, stateKey: string): StateEntry | undefined {
    const found = this.find(root, type, stateKey)
    if (found === 'not-loaded') throw new NotLoaded()
    return found
  }

  /** The state with `entry` in place of the one with the same type and state key. @throws NotLoaded */
  set(root: StateNode, entry: StateEntry): StateNode {
    return insert(root, this.#leafEntry(entry), 0)
  }

  /** The state without the key. @throws NotLoaded */
  remove(root: StateNode, type: string, stateKey: string): StateNode {
    const key = keyOf(type, stateKey)
    return withdraw(root, key, this.#path(key), 0) ?? this.empty
  }

  /** Builds a state at once; for joins over federation and resolutions. */
  build(entries: Iterable<StateEntry>): StateNode {
    return assemble(
      Array.from(entries, (entry) => this.#leafEntry(entry)),
      0,
    )
  }

  /** Path prefixes of stubs that stand between `root` and the key: what `StateNodes.ensure` loads next. */
  stubOnPath(root: StateNode, type: string, stateKey: string): { stub: Stub; prefix: string } | undefined {
    if (root.kind === 'stub') return { stub: root, prefix: '' }
    const path = this.#path(keyOf(type, stateKey))
    let node: StateNode | undefined = root
    for (let depth = 0; node?.kind === 'branch'; depth++) {
      node = node.children[nibble(path, depth)]
      if (node?.kind === 'stub') return { stub: node, prefix: path.slice(0, depth + 1) }
    }
    return undefined
  }

  /** All stubs below `root`. */
  stubs(root: StateNode): { stub: Stub; prefix: string }[] {
    const found: { stub: Stub; prefix: string }[] = []
    const walk = (node: StateNode, prefix: string): void => {
      if (node.kind === 'stub') found.push({ stub: node, prefix })
      if (node.kind === 'branch') {
        for (const [index, child] of node.children.entries()) if (child) walk(child, prefix + index.toString(16))
      }
    }
    walk(root, '')
    return found
  }

  /** `root` with the loaded nodes in place of their stubs; the same state, more of it in memory. Shares everything else. */
  graft(root: StateNode, loaded: ReadonlyMap<NodeHash, StateNode>): StateNode {
    if (loaded.size === 0) return root
    if (root.kind === 'stub') return loaded.get(root.hash) ?? root
    if (root.kind === 'leaf') return root
    let children: (StateNode | undefined)[] | undefined
    for (const [index, child] of root.children.entries()) {
      if (child === undefined || child.kind === 'leaf') continue
      const replaced = this.graft(child, loaded)
      if (replaced !== child) {
        children ??= [...root.children]
        children[index] = replaced
      }
    }
    return children ? { kind: 'branch', children, size: root.size, hash: root.hash } : root
  }

  /** As `graft`, for one stub whose place is known by its path prefix. */
  graftAt(root: StateNode, prefix: string, loaded: StateNode, depth = 0): StateNode {
    if (root.kind !== 'branch' || depth === prefix.length) return root.kind === 'stub' ? loaded : root
    const index = nibble(prefix, depth)
    const child = root.children[index]
    if (!child) return root
    const grown = this.graftAt(child, prefix, loaded, depth + 1)
    if (grown === child) return root
    return { kind: 'branch', children: root.children.with(index, grown), size: root.size, hash: root.hash }
  }

  /** Stubs that `remove` of the key would have to look into: a branch that becomes small is gathered into one leaf. */
  stubsAround(root: StateNode, type: string, stateKey: string): Stub[] {
    const path = this.#path(keyOf(type, stateKey))
    let node: StateNode | undefined = root
    for (let depth = 0; node?.kind === 'branch'; depth++) {
      if (node.size <= LEAF_LIMIT + 1) return this.stubs(node).map(({ stub }) => stub)
      node = node.children[nibble(path, depth)]
    }
    return node?.kind === 'stub' ? [node] : []
  }

  /** All entries, in no order of meaning. @throws NotLoaded */
  *entries(root: StateNode): Generator<StateEntry> {
    if (root.kind === 'stub') throw new NotLoaded()
    if (root.kind === 'leaf') yield* root.entries
    else for (const child of root.children) if (child) yield* this.entries(child)
  }

  /** Whether two states are the same, by content. */
  same(a: StateNode, b: StateNode): boolean {
    return a === b || this.hash(a) === this.hash(b)
  }

  /**
   * Entries that differ: `before` and `after` per key, undefined where the key is missing. Walks only what differs.
   * @returns `'not-loaded'` when both sides must be loaded further (see `differingStubs`).
   */
  difference(a: StateNode, b: StateNode): StateChange[] {
    const changes: StateChange[] = []
    this.#diff(a, b, changes)
    return changes
  }

  #diff(a: StateNode | undefined, b: StateNode | undefined, changes: StateChange[]): void {
    if (a === b) return
    if (a && b && this.hash(a) === this.hash(b)) return
    if (a?.kind === 'stub' || b?.kind === 'stub') throw new NotLoaded()
    if (a?.kind === 'branch' && b?.kind === 'branch') {
      for (let index = 0; index < FAN_OUT; index++) this.#diff(a.children[index], b.children[index], changes)
      return
    }
    const before = new Map(a ? leavesBelow(a).map((entry) => [entry.key, entry]) : [])
    for (const after of b ? leavesBelow(b) : []) {
      const old = before.get(after.key)
      before.delete(after.key)
      if (old?.eventNid !== after.eventNid) changes.push({ before: old, after })
    }
    for (const old of before.values()) changes.push({ before: old, after: undefined })
  }

  /** Stubs that stand in the way of `difference(a, b)`. */
  differingStubs(a: StateNode | undefined, b: StateNode | undefined): Stub[] {
    const found: Stub[] = []
    const all = (node: StateNode | undefined): void => {
      if (node?.kind === 'stub') found.push(node)
      if (node?.kind === 'branch') node.children.forEach(all)
    }
    const walk = (x: StateNode | undefined, y: StateNode | undefined): void => {
      if (x === y || (x && y && this.hash(x) === this.hash(y))) return
      if (x?.kind === 'branch' && y?.kind === 'branch') {
        for (let index = 0; index < FAN_OUT; index++) walk(x.children[index], y.children[index])
        return
      }
      if (x?.kind === 'stub' || y?.kind === 'stub') {
        if (x?.kind === 'stub') found.push(x)
        if (y?.kind === 'stub') found.push(y)
        return
      }
      all(x)
      all(y)
    }
    walk(a, b)
    return found
  }

  /** The node's name. Computed once and kept. */
  hash(node: StateNode): NodeHash {
    if (node.hash !== undefined) return node.hash
    const name = this.#digest(this.encode(node)).slice(0, 32) as NodeHash
    // A node is immutable but for this memo of its own content.
    ;(node as { hash: NodeHash }).hash = name
    return name
  }

  /** The stored form of a loaded node. */
  encode(node: StateNode): Uint8Array {
    if (node.kind === 'stub') throw new NotLoaded()
    return node.kind === 'leaf' ? encodeLeaf(node) : encodeBranch(node, (child) => this.hash(child))
  }

  /** Reads the stored form. Trusts it: it comes from our own database. */
  decode(name: NodeHash, body: Uint8Array): StateNode {
    const read = decodeNode(body)
    if ('children' in read) return { ...branch(read.children), hash: name }
    return { ...leaf(read.entries.map((entry) => this.#leafEntry(entry))), hash: name }
  }

  /** Nodes of `root` that are not below `stored`, for persisting: name and stored form. Stops at whatever `isStored` knows. */
  newNodes(root: StateNode, isStored: (hash: NodeHash) => boolean): { hash: NodeHash; body: Uint8Array }[] {
    const found: { hash: NodeHash; body: Uint8Array }[] = []
    const walk = (node: StateNode): void => {
      if (node.kind === 'stub') return
      const hash = this.hash(node)
      if (isStored(hash)) return
      if (node.kind === 'branch') for (const child of node.children) if (child) walk(child)
      found.push({ hash, body: this.encode(node) })
    }
    walk(root)
    return found
  }

  /** A root that is only known by name. */
  stub(hash: NodeHash): StateNode {
    return { kind: 'stub', hash, size: 0 }
  }
}
