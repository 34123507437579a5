// What can go wrong between us and PostgreSQL, as types: nobody has to match on message text.
// spec: PostgreSQL, appendix A (error codes)

/** Samband cannot start; the message says why and what to do, for the person at the terminal. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartError'
  }
}

/**
 * PostgreSQL refused a statement. Carries the SQLSTATE and the constraint, never the values: PostgreSQL's own `detail` holds the
 * contents of rows, so it is left out of the message and of the log.
 */
export class StatementFailed extends Error {
  readonly statement: string
  /** SQLSTATE, five characters. */
  readonly code: string
  readonly constraint: string | undefined
  /** PostgreSQL's primary message: names of things, and at times the malformed value itself; for operators, never for clients. */
  readonly reason: string

  constructor(parts: { statement: string; code: string; constraint: string | undefined; reason: string }) {
    super(`Statement ${parts.statement} failed: ${parts.reason} (${parts.code}).`)
    this.name = 'StatementFailed'
    this.statement = parts.statement
    this.code = parts.code
    this.constraint = parts.constraint
    this.reason = parts.reason
  }
}

/** The database cannot be reached, or the connection broke. */
export class DatabaseUnavailable extends Error {
  /** `not-run`: nothing was sent, or it was certainly rolled back. `unknown`: the statement may or may not have taken effect. */
  readonly outcome: 'not-run' | 'unknown'

  constructor(outcome: 'not-run' | 'unknown', reason: string, options?: ErrorOptions) {
    super(`The database cannot be reached: ${reason}.`, options)
    this.name = 'DatabaseUnavailable'
    this.outcome = outcome
  }
}

/** More calls of one tenant wait for the database than `waitingBound` allows. Nothing was run; try again later. */
export class DatabaseBusy extends Error {
  constructor(schema: string) {
    super(`Too many calls of ${schema} wait for the database. Try again in a moment.`)
    this.name = 'DatabaseBusy'
  }
}

/** Whether the error is a unique violation (23505), of `constraint` when it is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof StatementFailed) || error.code !== '23505') return false
  return constraint === undefined || error.constraint === constraint
}
