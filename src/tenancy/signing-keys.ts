// A tenant's Ed25519 keys: one signs, the old ones stay published with their expiry, so that what they signed can still be verified.
// spec: server-server-api #retrieving-server-keys (verify_keys, old_verify_keys)

import type { Clock } from '#platform/clock/clock.ts'
import { signingKeyFromSeed } from '#platform/crypto/crypto.ts'
import { type Database, query, StartError } from '#platform/database/database.ts'
import type { Random } from '#platform/random/random.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { seal, unseal } from './seal.ts'
import { anySigningKey, expireSigningKeys, insertSigningKey, listSigningKeys } from './store/tenant-rows.ts'

/** A key that no longer signs. */
export interface OldKey {
  readonly keyId: string
  /** Unpadded base64. */
  readonly publicKey: string
  /** Milliseconds since 1970: signatures on events from before are still good. */
  readonly expiredAt: number
}

export interface SigningKeys {
  readonly current: SigningKey
  readonly old: readonly OldKey[]
}

export interface KeyParts {
  /** The shared schema. */
  readonly shared: Database
  /** The key of the key file. */
  readonly secret: Buffer
  readonly clock: Clock
  readonly random: Random
}

export interface KeyOwner {
  readonly id: number
  readonly serverName: ServerName
}

const seedBytes = 32
/** 62^6 versions: two keys of one server never share a name, also when a database is restored from an old backup. */
const versionLength = 6

const purpose = (serverName: string, keyId: string) => `samband signing key\0${serverName}\0${keyId}`

/** Makes a new key, which signs from now on; the current one becomes an old one. `seed`: given when a server moves here with its key. */
export async function makeSigningKey(
  owner: KeyOwner,
  parts: KeyParts,
  given?: { readonly seed: Uint8Array; readonly version: string },
): Promise<void> {
  const seed = given?.seed ?? parts.random.bytes(seedBytes)
  const version = given?.version ?? parts.random.text(versionLength)
  const { keyId, publicKey } = signingKeyFromSeed(seed, version)
  const sealed = seal(parts.secret, purpose(owner.serverName, keyId), seed)
  const now = parts.clock.now()
  await parts.shared.atomically([
    query(expireSigningKeys, owner.id, now),
    query(insertSigningKey, owner.id, keyId, publicKey, sealed, now),
  ])
}

/** Reads the tenant's keys. @throws StartError when the key file is not the one they were sealed with. */
export async function readSigningKeys(owner: KeyOwner, parts: KeyParts): Promise<SigningKeys> {
  const rows = await parts.shared.run(listSigningKeys, owner.id)
  const row = rows.find((each) => each.expired_at === null)
  if (row === undefined)
    throw new StartError(`${owner.serverName} has no signing key. Restore the database from a backup.`)
  const seed = unseal(parts.secret, purpose(owner.serverName, row.key_id), row.sealed_seed)
  if (seed === undefined) throw wrongSecret()
  const current = signingKeyFromSeed(seed, row.key_id.slice('ed25519:'.length))
  const old = rows.flatMap(({ key_id, public_key, expired_at }) =>
    expired_at === null ? [] : [{ keyId: key_id, publicKey: public_key, expiredAt: expired_at }],
  )
  return { current, old }
}

/** Whether any key is sealed in this database. */
export async function hasSigningKeys(shared: Database): Promise<boolean> {
  return (await shared.one(anySigningKey)) !== undefined
}

/** @throws StartError when `secret` does not open what is sealed in this database. */
export async function refuseWrongSecret(shared: Database, secret: Buffer): Promise<void> {
  const row = await shared.one(anySigningKey)
  if (row === undefined) return
  if (unseal(secret, purpose(row.server_name, row.key_id), row.sealed_seed) === undefined) throw wrongSecret()
}

function wrongSecret(): StartError {
  return new StartError(
    'The key file does not fit the database: the signing keys cannot be opened with it. Restore secrets.key from the same backup as the database.',
  )
}
