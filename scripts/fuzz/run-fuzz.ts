// Runs targets on mutated seeds until the time is up or one of them throws.

import { mutate, randomFrom } from './mutate.ts'

export interface FuzzTarget {
  readonly name: string
  /** Real inputs to start from; at least one. */
  readonly seeds: readonly Uint8Array[]
  /** Must not throw, whatever the bytes. */
  readonly run: (input: Uint8Array) => void
}

export interface FuzzOptions {
  readonly milliseconds: number
  readonly seed: number
  /** Milliseconds, of any origin. */
  readonly now: () => number
  readonly report: (line: string) => void
}

export interface FuzzFailure {
  readonly target: string
  readonly input: Uint8Array
  readonly error: unknown
}

/** No input of this size may keep a parser busy for so long, also on a machine with other work: that would be an attack. */
const TOO_SLOW_MS = 2000
/** Inputs between two looks at the clock. */
const BATCH = 200

/** The first input that made a target throw or take too long; undefined if none did in the time given. */
export function fuzz(targets: readonly FuzzTarget[], options: FuzzOptions): FuzzFailure | undefined {
  const { now, report, milliseconds } = options
  const random = randomFrom(options.seed)
  const start = now()
  let [inputs, reported] = [0, start]
  do {
    for (const target of targets) {
      const failure = runBatch(target, random, now)
      if (failure !== undefined) return failure
      inputs += BATCH
    }
    if (now() - reported < 1000) continue
    reported = now()
    report(`${Math.round((reported - start) / 1000)} s, ${inputs} inputs`)
  } while (now() - start < milliseconds)
  report(`${inputs} inputs to ${targets.length} targets, no uncaught error, seed ${options.seed}`)
  return undefined
}

function runBatch(target: FuzzTarget, random: () => number, now: () => number): FuzzFailure | undefined {
  for (let index = 0; index < BATCH; index += 1) {
    const input = mutate(target.seeds, random)
    const before = now()
    try {
      target.run(input)
    } catch (error) {
      return { target: target.name, input, error }
    }
    const taken = now() - before
    if (taken > TOO_SLOW_MS) return { target: target.name, input, error: new Error(`It took ${Math.round(taken)} ms.`) }
  }
  return undefined
}
