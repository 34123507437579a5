// The table: one line for each operation of the specification, with what tests have seen of it.

import { allHandlers } from '#endpoints/handlers.ts'
import { reasonFor } from './not-served.ts'
import type { Observation } from './observations.ts'
import { nameOf, type Operation, operations, statusesOf } from './operations.ts'

export interface Row {
  readonly api: string
  readonly operationId: string
  readonly method: string
  readonly path: string
  /** `yes`, or `no: why`. */
  readonly implemented: string
  /** Statuses of the specification, each with `+` (a test has seen it) or `-`; others that were seen, in brackets. */
  readonly responses: string
  /** Test files, without what they share. */
  readonly tests: string
}

const columns = ['api', 'operationId', 'method', 'path', 'implemented', 'responses', 'tests'] as const

/** Operations of the specification that are one of ours: they share a path, and tell themselves apart by a parameter. */
const sameAs: ReadonlyMap<string, string> = new Map([['peekEvents', 'getEvents']])

/** Those with a handler that the process mounts. */
const served = new Set(
  operations
    .filter(({ operationId, method, path }) =>
      allHandlers.some(({ endpoint }) => {
        const isOurs = endpoint.operationId === (sameAs.get(operationId) ?? operationId)
        return isOurs && endpoint.method === method && endpoint.path === path
      }),
    )
    .map(nameOf),
)

/** @param name as `nameOf` makes it */
export const isServed = (name: string): boolean => served.has(name)

/** In the order of the specification's files. */
export function rowsOf(observations: readonly Observation[]): readonly Row[] {
  const byOperation = Map.groupBy(observations, ({ operation }) => operation)
  return operations.map((operation) => rowOf(operation, byOperation.get(nameOf(operation)) ?? []))
}

function rowOf(operation: Operation, seen: readonly Observation[]): Row {
  const { api, operationId, method, path } = operation
  const here = isServed(nameOf(operation))
  return {
    api,
    operationId,
    method,
    path,
    implemented: here ? 'yes' : `no: ${reasonFor(operation)}`,
    // What answers for an operation that is not served says only that it is not.
    responses: here ? responsesOf(operation, seen) : '',
    tests: here ? [...new Set(seen.map(({ test }) => test))].sort().join(' ') : '',
  }
}

function responsesOf(operation: Operation, seen: readonly Observation[]): string {
  const told = statusesOf(operation)
  const found = new Set(seen.map(({ status }) => String(status)))
  const others = [...found].filter((status) => !told.includes(status)).sort()
  const marks = told.map((status) => `${status}${found.has(status) ? '+' : '-'}`)
  return [...marks, ...others.map((status) => `(${status})`)].join(' ')
}

export const textOf = (rows: readonly Row[]): string =>
  `${[columns.join('\t'), ...rows.map((row) => columns.map((name) => row[name]).join('\t'))].join('\n')}\n`

/** The columns that depend on the program alone, and not on which tests were run. */
export const steadyPart = (text: string): readonly string[] =>
  text.split('\n').map((line) => line.split('\t').slice(0, 5).join('\t'))
