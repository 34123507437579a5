// Structured log, one JSON line per fact. Never content, tokens or keys. Face of the folder.

export { type LogLevel, type LogSink, logTo, logToStdout, type StdoutLog } from './json-log.ts'
export type { Log, LogFields } from './log-contract.ts'
