// Microseconds of a change of state in a room of 5,000 members, and of finding an entry there.
// Run: node bench/micro/state-map.ts

import { StateTrie } from '#rooms/state/state-map.ts'

const MEMBERS = 5_000
const ROUNDS = 20_000

const trie = new StateTrie(new Uint8Array(32).fill(7))
const members = Array.from({ length: MEMBERS }, (_, n) => {
  return { type: 'm.room.member', stateKey: `@user${n}:kommun.example.se`, eventNid: n + 1, membership: 1 } as const
})
let root = trie.build(members)

function measure(name: string, act: (n: number) => void): void {
  for (let n = 0; n < ROUNDS / 10; n++) act(n)
  const before = process.cpuUsage()
  for (let n = 0; n < ROUNDS; n++) act(n)
  const { user, system } = process.cpuUsage(before)
  console.log(`${name.padEnd(24)} ${((user + system) / ROUNDS).toFixed(2)} µs`)
}

let eventNid = MEMBERS
measure('set and name', (n) => {
  const member = members[n % MEMBERS]
  if (member) root = trie.set(root, { ...member, eventNid: ++eventNid })
  trie.hash(root)
})
measure('find', (n) => {
  trie.find(root, 'm.room.member', `@user${n % MEMBERS}:kommun.example.se`)
})
