// What test processes have noted, merged.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Answers of one operation with one status, as one test process saw them. */
export interface Observation {
  /** As `nameOf` makes it. */
  readonly operation: string
  readonly status: number
  /** The test file. */
  readonly test: string
  /** JSON texts, each once. */
  readonly bodies: string[]
}

export function readObservations(folder: string): readonly Observation[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Observation[])
}
