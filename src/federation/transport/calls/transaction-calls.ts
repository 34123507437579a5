// Transactions: how events and ephemeral messages reach other servers.
// spec: server-server-api #transactions

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Outcome } from '../failure.ts'

export interface TransactionResult {
  /** Event IDs that the server did not take. Its sentences are not kept. */
  readonly refused: readonly string[]
}

export interface TransactionCalls {
  /**
   * Sends at most 50 PDUs and 100 EDUs. A retry must carry the same `txnId` and the same content. PDUs and EDUs are canonical JSON
   * text, put into the transaction as they are (an event is serialised once).
   */
  sendTransaction(
    to: ServerName,
    transaction: { readonly txnId: string; readonly pdus: readonly string[]; readonly edus: readonly string[] },
    signal?: AbortSignal,
  ): Promise<Outcome<TransactionResult>>
  /** Name and version of the other server's software; cut to 100 characters each. */
  getVersion(
    to: ServerName,
    signal?: AbortSignal,
  ): Promise<Outcome<{ readonly name: string; readonly version: string }>>
}
