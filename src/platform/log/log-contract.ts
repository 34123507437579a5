// Structured log, one line per fact. Never content, tokens or keys.

export interface LogFields {
  readonly [name: string]: unknown
}

export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** A log whose every line carries `fields` (server name, module). */
  with(fields: LogFields): Log
}
