// All comparisons, seed after seed and room version after room version, until the time is up.

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import { compareAuthorization } from './compare-authorization.ts'
import { compareReading } from './compare-reading.ts'
import { compareResolution } from './compare-resolution.ts'
import type { Disagreement } from './disagreement.ts'
import { Oracle } from './oracle.ts'

export interface Comparison {
  readonly python: string
  readonly seconds: number
  readonly seed: number
  /** Disagreements are written here, one file each. */
  readonly folder: string
}

/** More would be the same few again. */
const MOST_DISAGREEMENTS = 20

/** @returns the number of disagreements that the specification has not decided yet. */
export async function compare({ python, seconds, seed: first, folder }: Comparison): Promise<number> {
  const oracle = new Oracle(python)
  const end = performance.now() + seconds * 1000
  let found = 0
  let rounds = 0
  try {
    for (let seed = first; performance.now() < end && found < MOST_DISAGREEMENTS; seed++, rounds++) {
      for (const disagreement of await oneRound(oracle, seed)) {
        const file = path.join(folder, `disagreement-${found++}.json`)
        await writeFile(file, JSON.stringify(disagreement, undefined, 2))
        console.error(`${disagreement.about}: ${disagreement.what}\n  ${file}`)
      }
    }
  } finally {
    await oracle.stop()
  }
  console.log(`Compared ${rounds} rounds from seed ${first} on: ${found} disagreements.`)
  return found
}

async function oneRound(oracle: Oracle, seed: number): Promise<readonly Disagreement[]> {
  const version = roomVersions[seed % roomVersions.length]
  if (!version) return []
  // Now and then a room with events that nobody should have let in: what is done with them must be the same all the same.
  const lawful = seed % 5 !== 0
  return [
    ...(await compareResolution(oracle, { version, lawful, acts: 40, mayBeClosed: false }, seed)),
    ...(await compareAuthorization(oracle, { version, lawful, acts: 25, mayBeClosed: true }, seed)),
    ...(await compareReading(oracle, version, seed)),
  ]
}
