// What the key ring knows and answers.
// spec: server-server-api #retrieving-server-keys; rooms/v5 #signing-key-validity-period

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { SignatureVerdict, VerifyKey } from '#protocol/signing/signing.ts'

/** A public key that a server has vouched for. */
export type KnownKey = VerifyKey

export type { SignatureVerdict }

/** Server → key → the time until which the key should be valid. An empty inner map asks for all keys. */
export type KeyQuery = ReadonlyMap<ServerName, ReadonlyMap<KeyId, Milliseconds | undefined>>

export interface KeyRing {
  /**
   * Those of `keyIds` that are known to be good at `validAt`; fetched where they are not. Resolves within `options.keyTimeout`, never rejects
   * for the other server's sake.
   */
  keysOf(
    server: ServerName,
    keyIds: readonly KeyId[],
    validAt: Milliseconds,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<KeyId, KnownKey>>
  /** One verdict per event, in order. Keys are collected first and fetched in parallel, each server once. At most 100,000 events. */
  verifyEvents(events: readonly RoomEvent[], signal?: AbortSignal): Promise<readonly SignatureVerdict[]>
  /** Our answer to `GET /_matrix/key/v2/server`: signed by every current key. */
  ownKeys(): JsonObject
  /** Our answer as a notary (`server_keys`), each signed by us too. At most 100 servers a query, the rest is left out. */
  queryKeys(query: KeyQuery, signal?: AbortSignal): Promise<{ readonly server_keys: readonly JsonObject[] }>
}
