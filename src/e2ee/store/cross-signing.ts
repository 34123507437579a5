// Cross-signing keys, and the signatures that were uploaded over keys.
// spec: client-server-api #cross-signing

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface CrossSigningKeyRow {
  readonly user_id: string
  readonly usage: 'master' | 'self_signing' | 'user_signing'
  readonly public_key: string
  readonly keys: string
}

export const selectCrossSigningKeys = statement<[readonly string[]], CrossSigningKeyRow>(
  'e2ee.select_cross_signing_keys',
  `select user_id, usage, public_key, keys from cross_signing_key where user_id = any($1::text[])`,
)

export interface NewCrossSigningKey {
  readonly userId: string
  readonly usage: string
  readonly publicKey: string
  readonly keys: string
}

export const putCrossSigningKey: Writer<NewCrossSigningKey> = {
  name: 'e2ee.put_cross_signing_key',
  rank: 321,
  text: `insert into cross_signing_key (user_id, usage, public_key, keys)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
             on conflict (user_id, usage) do update set public_key = excluded.public_key, keys = excluded.keys`,
  columns: ({ userId, usage, publicKey, keys }) => [userId, usage, publicKey, keys],
  key: ({ userId, usage }) => `${userId}\0${usage}`,
}

/** A key that is replaced or withdrawn, with the signatures by it and over it. */
export const dropCrossSigningKey: Writer<Omit<NewCrossSigningKey, 'keys'>> = {
  name: 'e2ee.drop_cross_signing_key',
  rank: 320,
  text: `with old as (select * from unnest($1::text[], $2::text[], $3::text[]) as o (user_id, usage, public_key)),
           dropped as (
             delete from cross_signing_key k using old o
              where k.user_id = o.user_id and k.usage = o.usage and k.public_key = o.public_key)
         delete from key_signature s using old o
          where s.signer_id = o.user_id and s.signer_key = 'ed25519:' || o.public_key
             or s.user_id = o.user_id and s.key_id = o.public_key`,
  columns: ({ userId, usage, publicKey }) => [userId, usage, publicKey],
  key: ({ userId, usage }) => `${userId}\0${usage}`,
}

export interface KeySignatureRow {
  readonly user_id: string
  readonly key_id: string
  readonly signer_id: string
  readonly signer_key: string
  readonly signature: string
}

/** Signatures over keys of the users, made by themselves or by the viewer. */
export const selectSignatures = statement<[readonly string[], string], KeySignatureRow>(
  'e2ee.select_signatures',
  `select user_id, key_id, signer_id, signer_key, signature from key_signature
    where user_id = any($1::text[]) and (signer_id = user_id or signer_id = $2)`,
)

export interface NewKeySignature {
  readonly userId: string
  readonly keyId: string
  readonly signerId: string
  readonly signerKey: string
  readonly signature: string
}

export const putKeySignature: Writer<NewKeySignature> = {
  name: 'e2ee.put_key_signature',
  rank: 322,
  text: `insert into key_signature (user_id, key_id, signer_id, signer_key, signature)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
             on conflict (user_id, key_id, signer_id, signer_key) do update set signature = excluded.signature`,
  columns: (row) => [row.userId, row.keyId, row.signerId, row.signerKey, row.signature],
  key: (row) => JSON.stringify([row.userId, row.keyId, row.signerId, row.signerKey]),
}
