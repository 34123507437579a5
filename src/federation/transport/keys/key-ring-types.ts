// What the key ring knows and answers.
// spec: server-server-api #retrieving-server-keys; rooms/v5 #signing-key-validity-period

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'

/** A public key that a server has vouched for. */
export interface KnownKey {
  readonly keyId: KeyId
  /** Unpadded base64. */
  readonly publicKey: string
  /** Good for signatures made until then (wall clock, ms). Already capped at 7 days after we fetched it. */
  readonly validUntil: Milliseconds
  /** An old key: good for events until `validUntil`, never for requests. */
  readonly old: boolean
}

/** Whether the signatures that an event must carry are there and good. */
export type SignatureVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** `signatures/missing`, `signatures/bad`, `signatures/key-expired`: drop the event. `signatures/key-unavailable`: may succeed later. */
      readonly rule: 'signatures/missing' | 'signatures/bad' | 'signatures/key-expired' | 'signatures/key-unavailable'
      readonly server: ServerName
    }

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
