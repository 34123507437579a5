// The nodes of a state and their shape, which depends on the entries alone, never on their history: a subtree with at most LEAF_LIMIT entries
// is one leaf. Nodes are immutable; a change makes the path from the root anew and shares the rest.
// spec: docs/architecture.md, decision 3

import type { StateEntry } from './state-entry.ts'

/** Entries in a leaf before it splits. 16 × some 50 bytes keeps a leaf under a kilobyte; measured best size per change at 10,000 members. */
export const LEAF_LIMIT = 16
export const FAN_OUT = 16
/** 64 bits of path; below that a leaf grows without a limit, which a keyed hash makes a matter of chance alone. */
export const MAX_DEPTH = 16

/** 16 bytes, hexadecimal: the name of a stored node. */
export type NodeHash = string & { readonly __brand: 'NodeHash' }

export interface Leaf {
  readonly kind: 'leaf'
  readonly entries: readonly LeafEntry[]
  readonly size: number
  hash: NodeHash | undefined
}
export interface LeafEntry extends StateEntry {
  readonly key: string
  readonly path: string
}
export interface Branch {
  readonly kind: 'branch'
  readonly children: readonly (StateNode | undefined)[]
  readonly size: number
  hash: NodeHash | undefined
}
/** A node that is in the database and not in memory. */
export interface Stub {
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

export const nibble = (path: string, depth: number): number => Number.parseInt(path.charAt(depth), 16)

export const leaf = (entries: readonly LeafEntry[]): Leaf => ({
  kind: 'leaf',
  entries,
  size: entries.length,
  hash: undefined,
})

export function branch(children: readonly (StateNode | undefined)[]): Branch {
  let size = 0
  for (const child of children) size += child?.size ?? 0
  return { kind: 'branch', children, size, hash: undefined }
}

export function assemble(entries: readonly LeafEntry[], depth: number): StateNode {
  if (entries.length <= LEAF_LIMIT || depth >= MAX_DEPTH) return leaf(entries)
  const groups: LeafEntry[][] = Array.from({ length: FAN_OUT }, () => [])
  for (const entry of entries) groups[nibble(entry.path, depth)]?.push(entry)
  return branch(groups.map((group) => (group.length > 0 ? assemble(group, depth + 1) : undefined)))
}

export function insert(node: StateNode | undefined, entry: LeafEntry, depth: number): StateNode {
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
export function withdraw(node: StateNode | undefined, key: string, path: string, depth: number): StateNode | undefined {
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

export function leavesBelow(node: StateNode): LeafEntry[] {
  if (node.kind === 'stub') throw new NotLoaded()
  if (node.kind === 'leaf') return [...node.entries]
  return node.children.flatMap((child) => (child ? leavesBelow(child) : []))
}
