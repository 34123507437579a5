// The contract with PostgreSQL: named statements, pipelined, in a tenant's schema. Face of the folder.
// Statements name tables without a schema: a lane binds one connection to a tenant by search_path, so prepared statements are
// shared by all tenants of a connection and their number is bounded by the program's text (docs/decisions).
// spec: docs/architecture.md, decision 1

export {
  type Connections,
  type ConnectionsOptions,
  connectDatabase,
  type Session,
} from './connections.ts'
export { DatabaseBusy, DatabaseUnavailable, isUniqueViolation, StartError, StatementFailed } from './database-errors.ts'
export { type EmbeddedDatabase, type EmbeddedOptions, startEmbedded } from './embedded.ts'
export type { NamedQuery, Transaction } from './jobs.ts'
export { migrate } from './migrate.ts'
export { type Migration, readMigrations, sharedMigrations, tenantMigrations } from './migration-files.ts'
export type { Database, Schema, Transactions } from './schema.ts'
export type { ConnectionSettings } from './settings.ts'
export { type Query, query, type SqlScalar, type SqlValue, type Statement, statement } from './statement.ts'
