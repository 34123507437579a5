// How an append can fail other than by the database's own refusal.
// spec: docs/architecture.md, decision 1

/** The act lost against a concurrent change. Nothing was stored. Read again, decide again. */
export class StaleAct extends Error {
  readonly guard: string
  constructor(guard: string) {
    super(`The act lost against a concurrent change (${guard}).`)
    this.name = 'StaleAct'
    this.guard = guard
  }
}

/** The database was lost while the commit was under way and did not come back in time: the act may or may not be stored. */
export class UnknownOutcome extends Error {
  constructor(options?: ErrorOptions) {
    super('The database was lost during the commit. Read the database again before deciding what comes next.', options)
    this.name = 'UnknownOutcome'
  }
}

/** More acts wait to be committed than the bound. Nothing was stored. */
export class StreamOverloaded extends Error {
  constructor() {
    super('The server has more to store than it can. Try again in a moment.')
    this.name = 'StreamOverloaded'
  }
}

/** The database has gone back behind what it had acknowledged: a backup, or a server that took over without the last commits. Nothing was stored. */
export class HistoryLost extends Error {
  constructor(known: number, found: number) {
    super(
      `The database has lost commits that it had acknowledged: it is at position ${found}, and this process has seen ${known}. What is in memory stands on what is lost: restart Samband on the database that shall go on.`,
    )
    this.name = 'HistoryLost'
  }
}
