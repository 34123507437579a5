// Asking other servers on behalf of a client that waits: in parallel, each within the time, and who did not answer.
// spec: client-server-api POST /_matrix/client/v3/keys/query, POST /_matrix/client/v3/keys/claim (failures)

import { type Failure, matrixErrorOf } from '#federation/transport/transport.ts'
import type { Clock } from '#platform/clock/clock.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { REMOTE_TIMEOUT } from './limits.ts'

/** Servers that did not answer, in the wire form. */
export class Failures {
  readonly #failures = new Map<ServerName, JsonObject>()

  note(failure: Failure): void {
    const error = matrixErrorOf(failure)
    this.#failures.set(failure.destination, { errcode: error.errcode, error: error.message, status: error.status })
  }

  toAnswer(): { [serverName: string]: JsonObject } {
    return Object.fromEntries(this.#failures)
  }
}

/** How long to wait, as asked by the client (ms), and no longer than we think right. */
export const remoteTimeout = (asked: number | undefined): number => Math.min(asked ?? REMOTE_TIMEOUT, REMOTE_TIMEOUT)

/** Runs `act` with a signal that is aborted after `timeout` ms, and with the caller's. */
export async function withDeadline<T>(
  { clock, timeout, signal }: { readonly clock: Clock; readonly timeout: number; readonly signal?: AbortSignal },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const timer = clock.after(timeout, () => deadline.abort())
  try {
    return await act(signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]))
  } finally {
    timer.cancel()
  }
}
