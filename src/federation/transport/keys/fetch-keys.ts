// Asks servers for their keys, and notaries for the keys of servers that do not answer.
// spec: server-server-api #retrieving-server-keys; keys_server.yaml, keys_query.yaml

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { readNotaryResponse, readServerKeys, type ServerKeys } from '#protocol/server-keys/server-keys.ts'
import type { FederationClient } from '../client/client.ts'
import type { KeySet } from './known-keys.ts'

/** Keys of one server: at most 200 are read, at some 150 bytes. */
const MAX_KEYS_BYTES = 128 * 1024
/** Of up to `SERVERS_PER_QUERY` servers. */
const MAX_NOTARY_BYTES = 4 << 20
export const SERVERS_PER_QUERY = 100

export interface FetchParts {
  readonly client: FederationClient
  readonly crypto: Crypto
  readonly clock: Clock
  readonly timeout: Milliseconds
}

/**
 * The keys that a server publishes about itself, signed by itself; undefined when it does not answer or answers badly. `evenIfAway`: a
 * request from it may be waiting for just this; the key ring has a pause of its own.
 */
export async function fetchFromServer(
  server: ServerName,
  { client, crypto, clock, timeout }: FetchParts,
  signal: AbortSignal | undefined,
  evenIfAway: boolean,
): Promise<ServerKeys | undefined> {
  const outcome = await client.request({
    to: server,
    method: 'GET',
    path: '/_matrix/key/v2/server',
    unsigned: true,
    maxBytes: MAX_KEYS_BYTES,
    timeout,
    signal,
    evenIfAway,
    unconfirmed: true,
  })
  return outcome.ok ? readServerKeys(outcome.value, server, { now: clock.now(), crypto }).ok : undefined
}

export type KeyNeeds = ReadonlyMap<KeyId, Milliseconds>

/** What a notary knows of at most `SERVERS_PER_QUERY` servers; answers about others are not believed. */
export async function fetchFromNotary(
  notary: { readonly name: ServerName; readonly keys: KeySet },
  needs: ReadonlyMap<ServerName, KeyNeeds>,
  { client, crypto, clock, timeout }: FetchParts,
  signal: AbortSignal | undefined,
): Promise<readonly ServerKeys[]> {
  const asked = [...needs].slice(0, SERVERS_PER_QUERY).map(([server, keys]) => [server, criteriaOf(keys)] as const)
  const outcome = await client.request({
    to: notary.name,
    method: 'POST',
    path: '/_matrix/key/v2/query',
    body: { json: { server_keys: Object.fromEntries(asked) } },
    unsigned: true,
    maxBytes: MAX_NOTARY_BYTES,
    timeout,
    signal,
  })
  if (!outcome.ok) return []
  const parts = { notary: notary.name, notaryKeys: notary.keys, now: clock.now(), crypto }
  return readNotaryResponse(outcome.value, parts).filter((answer) => needs.has(answer.serverName))
}

const criteriaOf = (keys: KeyNeeds) =>
  Object.fromEntries([...keys].map(([keyId, validAt]) => [keyId, { minimum_valid_until_ts: validAt }]))
