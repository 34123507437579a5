// JSON lines by pino: to standard output for a process, to a sink for tests.

import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'
import type { Log, LogFields } from './log-contract.ts'
import { safeFields, safeText } from './safe-fields.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LogSink {
  /** One line with its line feed. */
  write(line: string): void
}

export interface StdoutLog {
  readonly log: Log
  /** Writes what is waiting, waiting for the reader: the last act of a process. */
  flush(): void
}

/** A reader of our output that has stopped must not stop us, nor fill the memory: beyond this, lines are dropped. */
const LONGEST_BACKLOG = 4 * 1024 * 1024

/**
 * Lines are written together: one system call for each line was a tenth of the CPU of a message that is sent (22 of 226 µs, measured).
 * So many bytes at once, and no line waits longer than so many milliseconds.
 */
const TOGETHER = 8 * 1024
const LONGEST_WAIT = 100

/** A log on standard output. Lines are written in the background; what is waiting at a crash is lost, at most `LONGEST_WAIT` of it. */
export function logToStdout(level: LogLevel): StdoutLog {
  const stdout = destination({
    fd: 1,
    sync: false,
    minLength: TOGETHER,
    periodicFlush: LONGEST_WAIT,
    maxLength: LONGEST_BACKLOG,
  })
  const flush = () => {
    try {
      stdout.flushSync()
    } catch {
      // Not open yet or already gone: then there is nobody to tell.
    }
  }
  return { log: logOver(stdout, level), flush }
}

/** A log into `sink`, for tests and for processes that own their standard output. */
export function logTo(sink: LogSink, level: LogLevel = 'debug'): Log {
  return logOver(sink, level)
}

function logOver(stream: DestinationStream, level: LogLevel): Log {
  return new JsonLog(
    pino(
      {
        level,
        base: null,
        messageKey: 'message',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  )
}

class JsonLog implements Log {
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  debug(fields: LogFields, message: string): void {
    if (this.#logger.isLevelEnabled('debug')) this.#logger.debug(safeFields(fields), safeText(message))
  }

  info(fields: LogFields, message: string): void {
    if (this.#logger.isLevelEnabled('info')) this.#logger.info(safeFields(fields), safeText(message))
  }

  warn(fields: LogFields, message: string): void {
    if (this.#logger.isLevelEnabled('warn')) this.#logger.warn(safeFields(fields), safeText(message))
  }

  error(fields: LogFields, message: string): void {
    if (this.#logger.isLevelEnabled('error')) this.#logger.error(safeFields(fields), safeText(message))
  }

  with(fields: LogFields): Log {
    return new JsonLog(this.#logger.child(safeFields(fields)))
  }
}
