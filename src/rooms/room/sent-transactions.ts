// What clients' transactions became, as far as it is in memory: a client that repeats itself gets its first answer without a query, and
// one that sends twice at once waits for the first. The database remembers the rest.
// spec: client-server-api #transaction-identifiers

import { BoundedCache } from '#platform/limits/limits.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'

/** Transactions in memory, some 200 bytes each: the last minutes of a busy tenant, which is when clients repeat. */
const CAPACITY = 20_000

export class SentTransactions {
  readonly #sent = new BoundedCache<string, Promise<EventId>>({ capacity: CAPACITY })

  /** The event of the transaction: the one that is there, or being sent, or the one that `send` makes. A failure is not remembered. */
  once(key: Uint8Array, send: () => Promise<EventId>): Promise<EventId> {
    const name = Buffer.from(key).toString('latin1')
    const before = this.#sent.get(name)
    if (before) return before
    const sending = send()
    this.#sent.set(name, sending)
    sending.catch(() => {
      if (this.#sent.get(name) === sending) this.#sent.delete(name)
    })
    return sending
  }
}
