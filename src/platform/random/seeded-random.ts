// The same numbers on every run, for tests. Nothing that must be secret may come from here.

import type { Random } from './random-contract.ts'
import { textFrom } from './text.ts'

/** SplitMix32 over a 32-bit state: small, even enough for tests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const bytes = (length: number) => Uint8Array.from({ length }, () => next() >>> 24)
  return { bytes, text: (length) => textFrom(bytes, length), fraction: () => next() / 2 ** 32 }
}
