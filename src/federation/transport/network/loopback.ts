// Tenants of one process talk without sockets, not without checks: the request is signed, becomes bytes, and enters the receiver's
// route table like any other. Only DNS, TLS and TCP are skipped.
// spec: server-server-api #authentication

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { type Network, NetworkError, type WireAnswer, type WireRequest } from './network.ts'

/** What the receiving tenant's route table is given: as from a socket. */
export interface DispatchedRequest {
  readonly method: string
  readonly target: string
  /** With `host`: the receiver's server name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** Aborted when the sender does not wait any more. */
  readonly signal: AbortSignal
}

/** Enters the HTTP route table. Rejects only for a defect: everything else is an answer. */
export type Dispatch = (request: DispatchedRequest) => Promise<WireAnswer>

/** The server names of this process. One object per process. */
export class Loopback {
  readonly #tenants = new Map<ServerName, Dispatch>()

  /** Returns the way to leave. A name can be registered once. */
  register(serverName: ServerName, dispatch: Dispatch): () => void {
    if (this.#tenants.has(serverName)) throw new Error(`The server ${serverName} is registered for loop-back already.`)
    this.#tenants.set(serverName, dispatch)
    return () => {
      if (this.#tenants.get(serverName) === dispatch) this.#tenants.delete(serverName)
    }
  }

  has(serverName: ServerName): boolean {
    return this.#tenants.has(serverName)
  }

  dispatchOf(serverName: ServerName): Dispatch | undefined {
    return this.#tenants.get(serverName)
  }
}

/** Names of this process by loop-back, all others by `elsewhere` (or not at all). */
export function loopbackNetwork(loopback: Loopback, elsewhere?: Network): Network {
  return {
    exchange(request, signal) {
      const dispatch = loopback.dispatchOf(request.to)
      if (dispatch) return exchangeInside(dispatch, request, signal)
      if (elsewhere) return elsewhere.exchange(request, signal)
      return Promise.reject(new NetworkError('name'))
    },
  }
}

async function exchangeInside(dispatch: Dispatch, request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
  signal.throwIfAborted()
  const { method, target, body } = request
  const answer = dispatch({ method, target, body, headers: { ...request.headers, host: request.to }, signal })
  const whole = await untilAborted(answer, signal)
  return { ...whole, body: readUntilAborted(whole.body, signal) }
}

/** A tenant that hangs must not hold its neighbour longer than a socket would. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise
      .then(resolve, (cause: unknown) => reject(new NetworkError('connection', { cause })))
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** The signal is aborted at the end of every exchange: whatever the answer holds (a file, a place) is then let go, read or not. */
function readUntilAborted(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]()
  // Not awaited: a body that hangs would hang us too.
  const letGo = () => void pieces.return?.()?.catch(() => undefined)
  if (signal.aborted) letGo()
  else signal.addEventListener('abort', letGo, { once: true })
  return read(pieces, signal, letGo)
}

async function* read(
  pieces: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
  letGo: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    while (true) {
      const next = await untilAborted(Promise.resolve(pieces.next()), signal)
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', letGo)
    letGo()
  }
}

/** One piece of bytes as a body. */
export async function* oneBody(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
