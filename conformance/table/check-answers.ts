// Holds the answers that were seen against the specification's own schemas.
// spec: vectors/spec/schemas.json

import { schemaCheck } from '#api/validation.ts'
import type { Observation } from './observations.ts'
import { schemaOf } from './operations.ts'

export interface Mismatch {
  readonly operation: string
  readonly status: number
  readonly test: string
  readonly sentence: string
}

/** Answers that do not fit, each kind of fault once. Errors are held against their schemas as well. */
export function mismatches(observations: readonly Observation[]): readonly Mismatch[] {
  const found = new Map<string, Mismatch>()
  for (const { operation, status, test, bodies } of observations) {
    const schema = schemaOf(operation, status)
    if (schema === undefined) continue
    const check = schemaCheck(schema)
    for (const body of bodies) {
      const sentence = faultOf(check, body)
      if (sentence === undefined) continue
      const mismatch = { operation, status, test, sentence }
      found.set(`${operation} ${status} ${sentence.replaceAll(/[$!@#][^ .]*|\d+/g, '*')}`, mismatch)
    }
  }
  return [...found.values()]
}

function faultOf(check: ReturnType<typeof schemaCheck>, body: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return 'is no JSON'
  }
  if (check.fits(value)) return undefined
  const { at, sentence } = check.problem(value)
  return `"${at}" ${sentence}`
}
