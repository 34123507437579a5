// Randomness of the operating system.

import { randomBytes } from 'node:crypto'
import type { Random } from './random-contract.ts'
import { textFrom } from './text.ts'

const FRACTION_STEPS = 2 ** 48

export function systemRandom(): Random {
  return {
    bytes: (length) => randomBytes(length),
    text: (length) => textFrom((count) => randomBytes(count), length),
    fraction: () => randomBytes(6).readUIntBE(0, 6) / FRACTION_STEPS,
  }
}
