// Starts and stops the listeners of a process.

import { setMaxListeners } from 'node:events'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { defaultLimits } from './default-limits.ts'
import { Listener } from './listener.ts'
import type { HttpOptions } from './options.ts'
import { RequestRecord } from './request-record.ts'
import { Stalls } from './stalls.ts'

export interface HttpServer {
  /** Where it listens, by listener name, with real ports. */
  readonly addresses: ReadonlyMap<string, { readonly host: string; readonly port: number }>
  /** Stops accepting, aborts `draining`, waits for open requests at most `grace` ms, then closes everything. Repeatable. */
  stop(grace: Milliseconds): Promise<void>
}

/** Starts all listeners, or none: an address in use is an error that says which. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...options.limits }
  const drain = new AbortController()
  // Every long poll listens to it: many are no leak.
  setMaxListeners(0, drain.signal)
  const stalls = new Stalls(options.clock, limits)
  const listeners: Listener[] = []
  const record = new RequestRecord(options.log, options.metrics, () =>
    listeners.map(({ open, name }) => [open, { listener: name }]),
  )
  const shared = { options, limits, stalls, record, draining: drain.signal, nextId: numbered(options.clock.now()) }
  try {
    for (const definition of options.listeners) listeners.push(await Listener.start(definition, shared))
  } catch (error) {
    stalls.stop()
    await Promise.all(listeners.map((listener) => listener.close()))
    throw error
  }
  const stop = stopper(listeners, options.clock, stalls, drain)
  return { addresses: new Map(listeners.map((listener) => [listener.name, listener.address])), stop }
}

function stopper(
  listeners: readonly Listener[],
  clock: Clock,
  stalls: Stalls,
  drain: AbortController,
): HttpServer['stop'] {
  let stopping: Promise<void> | undefined
  const stop = async (grace: Milliseconds) => {
    const closed = Promise.all(listeners.map((listener) => listener.close()))
    drain.abort(new Error('The server is stopping.'))
    const timer = clock.after(grace, () => {
      for (const listener of listeners) listener.closeAll()
    })
    await closed
    timer.cancel()
    stalls.stop()
  }
  return (grace) => {
    stopping ??= stop(grace)
    return stopping
  }
}

/** Request IDs: the start of the process and a number, so that two processes and two starts do not share any. */
function numbered(start: Milliseconds): () => string {
  const prefix = start.toString(36)
  let last = 0
  return () => {
    last += 1
    return `${prefix}-${last.toString(36)}`
  }
}
