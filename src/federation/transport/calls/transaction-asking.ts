// Sending transactions. spec: server-server-api #transactions

import type { Clock } from '#platform/clock/clock.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { canonicalString, isObject, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { MAX_EDUS_PER_TRANSACTION, MAX_PDUS_PER_TRANSACTION } from '#protocol/size-limits/size-limits.ts'
import type { FederationClient } from '../client/client.ts'
import { path } from '../client/request-target.ts'
import { entriesAt, readAs } from './answer-shape.ts'
import type { TransactionCalls } from './transaction-calls.ts'

/** The other server may check and resolve 50 events before it answers. */
const TIMEOUT = 60_000
/** Only PDUs that were sent can be answered; some servers answer a little more. */
const MAX_RESULTS = 1000

export function transactionCalls(client: FederationClient, serverName: ServerName, clock: Clock): TransactionCalls {
  return {
    sendTransaction: async (to, { txnId, pdus, edus }, signal) => {
      if (pdus.length > MAX_PDUS_PER_TRANSACTION || edus.length > MAX_EDUS_PER_TRANSACTION) {
        throw new RangeError('A transaction has at most 50 PDUs and 100 EDUs.')
      }
      const target = path`/_matrix/federation/v1/send/${txnId}`
      const canonical = transactionText(serverName, clock.now(), pdus, edus)
      const outcome = await client.request({
        to,
        signal,
        method: 'PUT',
        path: target,
        body: { canonical },
        timeout: TIMEOUT,
      })
      return readAs(to, outcome, (answer) => ({ refused: refusedOf(answer) }))
    },

    getVersion: async (to, signal) => {
      const call = { to, signal, method: 'GET', path: '/_matrix/federation/v1/version', unsigned: true } as const
      return readAs(to, await client.request(call), (answer) => {
        const server = objectAt(answer, 'server') ?? {}
        return { name: short(stringAt(server, 'name')), version: short(stringAt(server, 'version')) }
      })
    },
  }
}

const short = (text: string | undefined) => (text ?? '').slice(0, 100)

/** Canonical JSON, since its members stand in order and its parts are canonical themselves: no event is serialised again. */
function transactionText(origin: ServerName, now: number, pdus: readonly string[], edus: readonly string[]): string {
  const list = edus.length === 0 ? '' : `"edus":[${edus.join(',')}],`
  return `{${list}"origin":${canonicalString(origin)},"origin_server_ts":${now},"pdus":[${pdus.join(',')}]}`
}

/** An answer without `pdus` refuses nothing: old servers leave it out when all went well. */
function refusedOf(answer: JsonObject): readonly string[] {
  if (objectAt(answer, 'pdus') === undefined) return []
  return entriesAt(answer, 'pdus', MAX_RESULTS).flatMap(([eventId, result]) =>
    isObject(result) && stringAt(result, 'error') !== undefined ? [eventId] : [],
  )
}
