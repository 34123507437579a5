// A batch of acts as bulk statements: the rows of all acts by writer, the conditions by guard, in ascending rank.
// spec: docs/architecture.md, decision 1

import type { NamedQuery, SqlScalar, SqlValue } from '#platform/database/database.ts'
import type { Act, Guard, Writer } from './act.ts'
import type { Position } from './fact.ts'

interface Collected<Bulk> {
  readonly bulk: Bulk
  readonly columns: SqlScalar[][]
}

/** Number of facts in the batch: the positions it takes. */
export function countFacts(acts: readonly Act[]): number {
  let count = 0
  for (const act of acts) count += act.facts.length
  return count
}

/** A guard's query, and for each tag the index of the act that it speaks for. */
export interface GuardQuery extends NamedQuery {
  readonly actOfTag: readonly number[]
}

/** The conditions of the acts, one query for each guard. A tag is the number of the condition within its query. */
export function guardQueries(acts: readonly Act[]): readonly GuardQuery[] {
  const collected = new Map<Guard<never>, Collected<Guard<never>> & { readonly actOfTag: number[] }>()
  for (const [index, act] of acts.entries()) {
    for (const { guard, row } of act.guards ?? []) {
      let entry = collected.get(guard)
      if (entry === undefined) {
        entry = { bulk: guard, columns: [[]], actOfTag: [] }
        collected.set(guard, entry)
      }
      append(entry.columns, [entry.actOfTag.length, ...guard.columns(row)])
      entry.actOfTag.push(index)
    }
  }
  return inRankOrder(collected).map((entry) => ({ ...queryOf(entry), actOfTag: entry.actOfTag }))
}

/** The rows of the acts, one query for each writer. `first` is the position of the batch's first fact. */
export function writerQueries(acts: readonly Act[], first: Position): readonly NamedQuery[] {
  const collected = new Map<Writer<never>, Collected<Writer<never>> & { readonly places: Map<string, number> }>()
  let base = first
  for (const act of acts) {
    for (const { writer, row, fact } of act.rows) {
      let entry = collected.get(writer)
      if (entry === undefined) {
        entry = { bulk: writer, columns: [], places: new Map() }
        collected.set(writer, entry)
      }
      const values = writer.columns(row, fact === undefined ? 0 : base + fact)
      if (writer.key === undefined) append(entry.columns, values)
      else put(entry.columns, entry.places, writer.key(row), values)
    }
    base += act.facts.length
  }
  return inRankOrder(collected).map(queryOf)
}

function inRankOrder<Entry extends Collected<{ readonly rank: number; readonly name: string }>>(
  collected: ReadonlyMap<unknown, Entry>,
): readonly Entry[] {
  // By name where ranks are equal: every process takes its locks in the same order.
  return [...collected.values()].sort((a, b) => a.bulk.rank - b.bulk.rank || (a.bulk.name < b.bulk.name ? -1 : 1))
}

function queryOf(entry: Collected<{ readonly name: string; readonly text: string }>): NamedQuery {
  const values: readonly SqlValue[] = entry.columns
  return { name: entry.bulk.name, text: entry.bulk.text, values }
}

function append(columns: SqlScalar[][], values: readonly SqlScalar[]): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    const column = columns[i]
    if (column === undefined) columns[i] = [value]
    else column.push(value)
  }
}

function put(columns: SqlScalar[][], places: Map<string, number>, key: string, values: readonly SqlScalar[]): void {
  const place = places.get(key)
  if (place === undefined) {
    places.set(key, places.size)
    append(columns, values)
    return
  }
  for (let i = 0; i < values.length; i++) {
    const column = columns[i]
    if (column !== undefined) column[place] = values[i] ?? null
  }
}
