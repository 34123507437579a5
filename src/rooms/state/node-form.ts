// The stored form of a state node: a leaf as JSON, a branch as the places, sizes and names of its children.
// spec: docs/architecture.md, decision 3

import type { MembershipCode, StateEntry } from './state-entry.ts'
import { type Branch, FAN_OUT, type Leaf, type NodeHash, type StateNode } from './state-tree.ts'

/** Place in the branch (1 byte), size (4 bytes), name (16 bytes). */
const CHILD_BYTES = 21

export function encodeLeaf({ entries }: Leaf): Uint8Array {
  const rows = [...entries]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((entry) => [entry.type, entry.stateKey, entry.eventNid, entry.membership])
  return Buffer.from(`L${JSON.stringify(rows)}`)
}

export function encodeBranch({ children }: Branch, hashOf: (node: StateNode) => NodeHash): Uint8Array {
  const parts: Buffer[] = [Buffer.from('B')]
  for (const [index, child] of children.entries()) {
    if (!child) continue
    const part = Buffer.alloc(CHILD_BYTES)
    part.writeUInt8(index, 0)
    part.writeUInt32BE(child.size, 1)
    part.write(hashOf(child), 5, 'hex')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** The entries of a leaf, or the children of a branch as stubs. Trusts what it reads: it comes from our own database. */
export function decodeNode(
  body: Uint8Array,
): { readonly entries: readonly StateEntry[] } | { readonly children: readonly (StateNode | undefined)[] } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return bytes[0] === 0x4c ? { entries: entriesOf(bytes) } : { children: childrenOf(bytes) }
}

function entriesOf(bytes: Buffer): StateEntry[] {
  const rows = JSON.parse(bytes.toString('utf8', 1)) as [string, string, number, MembershipCode][]
  return rows.map(([type, stateKey, eventNid, membership]) => ({ type, stateKey, eventNid, membership }))
}

function childrenOf(bytes: Buffer): (StateNode | undefined)[] {
  const children: (StateNode | undefined)[] = new Array(FAN_OUT).fill(undefined)
  for (let at = 1; at < bytes.length; at += CHILD_BYTES) {
    const size = bytes.readUInt32BE(at + 1)
    const hash = bytes.toString('hex', at + 5, at + CHILD_BYTES) as NodeHash
    children[bytes.readUInt8(at)] = { kind: 'stub', hash, size }
  }
  return children
}
