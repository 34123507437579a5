// Room state as a persistent map: (type, state key) → event number. A hash trie whose nodes are stored by content, so that a change
// makes O(log n) small nodes, equal states are the same node, and the difference of two states walks only what differs.
// See docs/architecture.md, decision 3.
//
// The shape depends on the entries alone, never on their history: a subtree with at most LEAF_LIMIT entries is one leaf. Paths come
// from a keyed hash, so that nobody can craft state keys that share a path, nor two nodes with one name.

import { createHash } from 'node:crypto'
import { stateKeyOf as keyOf } from '#protocol/state-resolution/state-resolution.ts'

/** Entries in a leaf before it splits. 16 × some 50 bytes keeps a leaf under a kilobyte; measured best size per change at 10,000 members. */
const LEAF_LIMIT = 16
const FAN_OUT = 16
/** 64 bits of path; below that a leaf grows without a limit, which a keyed hash makes a matter of chance alone. */
const MAX_DEPTH = 16

/** 16 bytes, hexadecimal: the name of a stored node. */
export type NodeHash = string & { readonly __brand: 'NodeHash' }

/** What a state entry says: the event's number, and for m.room.member its membership, so that nobody reads an event to know it. */
export interface StateEntry {
  readonly type: string
  readonly stateKey: string
  readonly eventNid: number
  readonly membership: MembershipCode
}

/** 0: not a membership event. */
export type MembershipCode = 0 | 1 | 2 | 3 | 4 | 5
export const membershipCodes = { join: 1, invite: 2, leave: 3, ban: 4, knock: 5 } as const
export type Membership = keyof typeof membershipCodes
const membershipNames: readonly (Membership | undefined)[] = [undefined, 'join', 'invite', 'leave', 'ban', 'knock']
export const membershipOfCode = (code: MembershipCode): Membership | undefined => membershipNames[code]
export const isMembership = (value: unknown): value is Membership =>
  typeof value === 'string' && Object.hasOwn(membershipCodes, value)

interface Leaf {
  readonly kind: 'leaf'
  readonly entries: readonly LeafEntry[]
  readonly size: number
  hash: NodeHash | undefined
}
interface LeafEntry extends StateEntry {
  readonly key: string
  readonly path: string
}
interface Branch {
  readonly kind: 'branch'
  readonly children: readonly (StateNode | undefined)[]
  readonly size: number
  hash: NodeHash | undefined
}
/** A node that is in the database and not in memory. */
interface Stub {
  readonly kind: 'stub'
  readonly hash: NodeHash
  readonly size: number
}
export type StateNode = Leaf | Branch | Stub

/** Raised when a synchronous reader meets a node that was not loaded: the caller forgot `ensure`. */
export class NotLoaded extends Error {
  constructor() {
    super('A part of the room state was read before it was loaded.')
  }
}

/** Reads and changes states. One per tenant: holds the tenant's secret for paths and node names. */
export class StateTrie {
  readonly #secret: Uint8Array
  readonly empty: StateNode = { kind: 'leaf', entries: [], size: 0, hash: undefined }

  /** @param secret 32 random bytes of the tenant. */
  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  #path(key: string): string {
    return createHash('sha256').update(this.#secret).update(key).digest('hex').slice(0, MAX_DEPTH)
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
    const key = keyOf(entry.type, entry.stateKey)
    return insert(root, { ...entry, key, path: this.#path(key) }, 0)
  }

  /** The state without the key. @throws NotLoaded */
  remove(root: StateNode, type: string, stateKey: string): StateNode {
    const key = keyOf(type, stateKey)
    return withdraw(root, key, this.#path(key), 0) ?? this.empty
  }

  /** Builds a state at once; for joins over federation and resolutions. */
  build(entries: Iterable<StateEntry>): StateNode {
    const leaves: LeafEntry[] = []
    for (const entry of entries) {
      const key = keyOf(entry.type, entry.stateKey)
      leaves.push({ ...entry, key, path: this.#path(key) })
    }
    return assemble(leaves, 0)
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
    if (node.hash === undefined) {
      const digest = createHash('sha256').update(this.#secret).update(this.encode(node)).digest('hex')
      // A node is immutable but for this memo of its own content.
      ;(node as { hash: NodeHash }).hash = digest.slice(0, 32) as NodeHash
    }
    return node.hash as NodeHash
  }

  /** The stored form of a loaded node. */
  encode(node: StateNode): Uint8Array {
    if (node.kind === 'stub') throw new NotLoaded()
    if (node.kind === 'leaf') {
      const rows = [...node.entries]
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map((entry) => [entry.type, entry.stateKey, entry.eventNid, entry.membership])
      return Buffer.from(`L${JSON.stringify(rows)}`)
    }
    const parts: Buffer[] = [Buffer.from('B')]
    for (const [index, child] of node.children.entries()) {
      if (!child) continue
      const part = Buffer.alloc(21)
      part.writeUInt8(index, 0)
      part.writeUInt32BE(child.size, 1)
      part.write(this.hash(child), 5, 'hex')
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  /** Reads the stored form. Trusts it: it comes from our own database. */
  decode(hash: NodeHash, body: Uint8Array): StateNode {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    if (bytes[0] === 0x4c) {
      const rows = JSON.parse(bytes.toString('utf8', 1)) as [string, string, number, MembershipCode][]
      const entries = rows.map(([type, stateKey, eventNid, membership]) => {
        const key = keyOf(type, stateKey)
        return { type, stateKey, eventNid, membership, key, path: this.#path(key) }
      })
      return { kind: 'leaf', entries, size: entries.length, hash }
    }
    const children: (StateNode | undefined)[] = new Array(FAN_OUT).fill(undefined)
    let size = 0
    for (let at = 1; at < bytes.length; at += 21) {
      const childSize = bytes.readUInt32BE(at + 1)
      size += childSize
      const childHash = bytes.toString('hex', at + 5, at + 21) as NodeHash
      children[bytes.readUInt8(at)] = { kind: 'stub', hash: childHash, size: childSize }
    }
    return { kind: 'branch', children, size, hash }
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

export interface StateChange {
  readonly before: StateEntry | undefined
  readonly after: StateEntry | undefined
}

const nibble = (path: string, depth: number): number => Number.parseInt(path.charAt(depth), 16)

const leaf = (entries: readonly LeafEntry[]): Leaf => ({ kind: 'leaf', entries, size: entries.length, hash: undefined })

function branch(children: readonly (StateNode | undefined)[]): Branch {
  let size = 0
  for (const child of children) size += child?.size ?? 0
  return { kind: 'branch', children, size, hash: undefined }
}

function assemble(entries: readonly LeafEntry[], depth: number): StateNode {
  if (entries.length <= LEAF_LIMIT || depth >= MAX_DEPTH) return leaf(entries)
  const groups: LeafEntry[][] = Array.from({ length: FAN_OUT }, () => [])
  for (const entry of entries) groups[nibble(entry.path, depth)]?.push(entry)
  return branch(groups.map((group) => (group.length > 0 ? assemble(group, depth + 1) : undefined)))
}

function insert(node: StateNode | undefined, entry: LeafEntry, depth: number): StateNode {
  if (node === undefined) return leaf([entry])
  if (node.kind === 'stub') throw new NotLoaded()
  if (node.kind === 'leaf') {
    const at = node.entries.findIndex((other) => other.key === entry.key)
    if (at < 0) return assemble([...node.entries, entry], depth)
    if (node.entries[at]?.eventNid === entry.eventNid) return node
    return leaf(node.entries.with(at, entry))
  }
  const index = nibble(entry.path, depth)
  const child = node.children[index]
  const changed = insert(child, entry, depth + 1)
  return changed === child ? node : branch(node.children.with(index, changed))
}

/** The node without the key, undefined when nothing is left. Collapses a branch that became small, to keep the shape canonical. */
function withdraw(node: StateNode | undefined, key: string, path: string, depth: number): StateNode | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'stub') throw new NotLoaded()
  if (node.kind === 'leaf') {
    const rest = node.entries.filter((entry) => entry.key !== key)
    if (rest.length === node.entries.length) return node
    return rest.length > 0 ? leaf(rest) : undefined
  }
  const index = nibble(path, depth)
  const child = node.children[index]
  const changed = withdraw(child, key, path, depth + 1)
  if (changed === child) return node
  const thinner = branch(node.children.with(index, changed))
  return thinner.size <= LEAF_LIMIT ? leaf(leavesBelow(thinner)) : thinner
}

function leavesBelow(node: StateNode): LeafEntry[] {
  if (node.kind === 'stub') throw new NotLoaded()
  if (node.kind === 'leaf') return [...node.entries]
  return node.children.flatMap((child) => (child ? leavesBelow(child) : []))
}
