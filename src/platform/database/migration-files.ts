// Migrations as they lie in the project: numbered SQL files whose first line names the owning module.
// spec: docs/architecture.md (migrations)

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface Migration {
  readonly number: number
  /** The file's name without number and ending. */
  readonly name: string
  /** Module that owns the tables. */
  readonly owner: string
  readonly sql: string
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string
}

/** Migrations of every tenant's schema. */
export const tenantMigrations = path.join(import.meta.dirname, '../../../migrations')
/** Migrations of the schema that all tenants of a database share. */
export const sharedMigrations = path.join(tenantMigrations, 'shared')

const fileName = /^(\d{4})-([a-z0-9-]+)\.sql$/
const ownerLine = /^-- owner: (\S+)/
const transactionWords = /^\s*(begin|start transaction|commit|rollback|end)\s*;/im

/** Reads the migrations of a folder in ascending order. @throws Error when a file breaks the rules above: a fault of the program. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  const migrations = names.map((name) => readMigration(folder, name)).sort((a, b) => a.number - b.number)
  for (const [index, migration] of migrations.entries()) {
    const before = migrations[index - 1]
    if (before?.number === migration.number)
      throw new Error(`Two migrations have the number ${migration.number}: ${before.name}, ${migration.name}.`)
  }
  return migrations
}

function readMigration(folder: string, file: string): Migration {
  const [, digits, name] = fileName.exec(file) ?? []
  if (digits === undefined || name === undefined) throw new Error(`${file} is not called NNNN-name.sql.`)
  const sql = readFileSync(path.join(folder, file), 'utf8')
  const owner = ownerLine.exec(sql)?.[1]
  if (owner === undefined) throw new Error(`The first line of ${file} is not "-- owner: <module>".`)
  if (transactionWords.test(sql)) throw new Error(`${file} begins or ends a transaction; the runner does that.`)
  const checksum = createHash('sha256').update(sql).digest('hex')
  return { number: Number(digits), name, owner, sql, checksum }
}
