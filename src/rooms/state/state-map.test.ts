import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type NodeHash, type StateEntry, type StateNode, StateTrie } from './state-map.ts'

const trie = new StateTrie(new Uint8Array(32).fill(7))
const member = (n: number, eventNid: number): StateEntry => ({
  type: 'm.room.member',
  stateKey: `@user${n}:alfa.example`,
  eventNid,
  membership: 1,
})
const sorted = (root: StateNode) => [...trie.entries(root)].map((e) => `${e.stateKey}=${e.eventNid}`).sort()

test('the same entries are the same node, whatever the order they came in and whatever came between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 5 })), { maxLength: 120 }),
      fc.array(fc.nat(200), { maxLength: 60 }),
      (sets, removals) => {
        const plain = new Map<number, number>()
        let root = trie.empty
        for (const [n, nid] of sets) {
          root = trie.set(root, member(n, nid))
          plain.set(n, nid)
        }
        for (const n of removals) {
          root = trie.remove(root, 'm.room.member', `@user${n}:alfa.example`)
          plain.delete(n)
        }
        const rebuilt = trie.build([...plain].reverse().map(([n, nid]) => member(n, nid)))
        assert.equal(trie.hash(root), trie.hash(rebuilt))
        assert.deepEqual(sorted(root), sorted(rebuilt))
        assert.equal(root.size, plain.size)
      },
    ),
    { numRuns: 150 },
  )
})

test('the difference of two states is exactly the keys that differ', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(300), { maxLength: 200 }),
      fc.uniqueArray(fc.nat(300), { maxLength: 20 }),
      (all, changed) => {
        const a = trie.build(all.map((n) => member(n, 1)))
        let b: StateNode = a
        for (const n of changed) b = trie.set(b, member(n, 2))
        const keys = trie.difference(a, b).map((change) => change.after?.stateKey)
        assert.deepEqual(keys.sort(), changed.map((n) => `@user${n}:alfa.example`).sort())
      },
    ),
    { numRuns: 100 },
  )
})

test('a change in a state of 10,000 members makes a handful of small nodes', () => {
  const root = trie.build(Array.from({ length: 10_000 }, (_, n) => member(n, n + 1)))
  const stored = new Set<NodeHash>(trie.newNodes(root, () => false).map((node) => node.hash))
  const changed = trie.set(root, member(77, 20_000))
  const nodes = trie.newNodes(changed, (hash) => stored.has(hash))
  const bytes = nodes.reduce((sum, node) => sum + node.body.length, 0)
  assert.ok(nodes.length <= 5, `${nodes.length} nodes`)
  assert.ok(bytes <= 2_500, `${bytes} bytes`)
})

test('a state read back from its stored nodes is the same state, node by node', () => {
  const root = trie.build(Array.from({ length: 500 }, (_, n) => member(n, n + 1)))
  const bodies = new Map(trie.newNodes(root, () => false).map((node) => [node.hash, node.body]))
  const load = (hash: NodeHash) => trie.decode(hash, bodies.get(hash) ?? new Uint8Array())
  let again: StateNode = trie.stub(trie.hash(root))
  for (let stubs = trie.stubs(again); stubs.length > 0; stubs = trie.stubs(again)) {
    again = trie.graft(again, new Map(stubs.map(({ stub }) => [stub.hash, load(stub.hash)])))
  }
  assert.deepEqual(sorted(again), sorted(root))
  assert.equal(again.size, 500)
  assert.equal(trie.hash(again), trie.hash(root))
})

test('the name of a state is the same in every version of the program: states are stored under it', () => {
  const members = Array.from({ length: 5_000 }, (_, n) => member(n, n + 1))
  assert.equal(trie.hash(trie.build(members)), 'ce60055115fa79b0fe482c74c93f5791')
})
