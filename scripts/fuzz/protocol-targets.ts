// What the protocol reads: JSON, PDUs, identifiers, signed headers, server keys. Beside "no exception" each target holds an invariant.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { eventIdOf, parsePdu, redactEvent } from '#protocol/events/events.ts'
import {
  parseDeviceId,
  parseEventId,
  parseKeyId,
  parseMxcUri,
  parseRoomAlias,
  parseRoomId,
  parseServerName,
  parseUserId,
} from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, isObject, type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { parseXMatrix } from '#protocol/request-authentication/request-authentication.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import { buildServerKeys, readNotaryResponse, readServerKeys } from '#protocol/server-keys/server-keys.ts'
import { neededKeys, verifyEventSignatures } from '#protocol/signing/signing.ts'
import type { FuzzTarget } from './run-fuzz.ts'

const crypto = loadCrypto()
const bytesOf = (texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text))
const textOf = (input: Uint8Array): string => Buffer.from(input).toString('utf8')

function casesIn(path: string): readonly JsonObject[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${path}`, import.meta.url), 'utf8')).cases
}

export function protocolTargets(): readonly FuzzTarget[] {
  const events = casesIn('hashes/events.json').map((entry) => JSON.stringify(entry['signed']))
  const identifiers = ['server-name', 'user-id', 'room-id', 'event-id', 'room-alias', 'mxc-uri'].flatMap((kind) =>
    casesIn(`identifiers/${kind}.json`).map((entry) => String(entry['text'])),
  )
  return [
    {
      name: 'json',
      seeds: bytesOf([...events, ...casesIn('json/reading.json').map((entry) => String(entry['text']))]),
      run: readJson,
    },
    { name: 'pdu', seeds: bytesOf(events), run: readPdu },
    { name: 'identifiers', seeds: bytesOf(identifiers), run: readIdentifiers },
    {
      name: 'x-matrix',
      seeds: bytesOf([header]),
      run: (input) => void parseXMatrix(Buffer.from(input).toString('latin1')),
    },
    { name: 'server-keys', seeds: bytesOf([serverKeys()]), run: readKeys },
  ]
}

/** What is read can be written, and reads as itself. */
function readJson(input: Uint8Array): void {
  for (const numbers of ['integers', 'any', 'faithful'] as const) {
    const read = parseJson(input, { numbers })
    if (read.error !== undefined) continue
    const text = canonicalJson(read.ok, numbers)
    const again = parseJson(text, { numbers })
    assert.equal(again.error, undefined)
    assert.equal(canonicalJson(again.ok as Json, numbers), text)
  }
}

/** An event that is accepted is the same event when another server receives what we stored of it. */
function readPdu(input: Uint8Array): void {
  const { ok: json, error } = parseJson(input, { numbers: 'faithful' })
  if (error !== undefined) return
  for (const version of roomVersions) {
    const parsed = parsePdu(json, version, crypto)
    if (parsed.ok === undefined) continue
    const again = parsePdu(parseJson(parsed.json, { numbers: 'faithful' }).ok as Json, version, crypto)
    assert.equal(again.ok?.eventId, parsed.ok.eventId)
    assert.equal(eventIdOf(redactEvent(parsed.ok).pdu, version, crypto), parsed.ok.eventId)
    neededKeys(parsed.ok)
    verifyEventSignatures(parsed.ok, () => undefined, crypto)
  }
}

function readIdentifiers(input: Uint8Array): void {
  const text = textOf(input)
  for (const parse of [
    parseServerName,
    parseUserId,
    parseRoomId,
    parseEventId,
    parseRoomAlias,
    parseDeviceId,
    parseKeyId,
  ]) {
    const parsed = parse(text)
    assert.ok(parsed === undefined || (parsed === text && Buffer.byteLength(text) <= 255))
  }
  parseMxcUri(text)
}

const header =
  'X-Matrix origin="origin.hs.example.com",destination="[::1]:8448",key="ed25519:key1",sig="ABC+/DEF",new="a,b=\\"c\\"",x=y'

const now = 1_700_000_000_000
const alfa = parseServerName('alfa.se')

function serverKeys(): string {
  assert.ok(alfa !== undefined)
  const key = crypto.signingKeyFromSeed(Buffer.alloc(32, 1), 'a')
  const oldKeys = [{ keyId: 'ed25519:b', publicKey: key.publicKey, expiredTs: now }]
  return JSON.stringify(buildServerKeys({ serverName: alfa, keys: [key], oldKeys, validUntil: now }))
}

function readKeys(input: Uint8Array): void {
  const { ok: json, error } = parseJson(input)
  if (error !== undefined || alfa === undefined) return
  const { ok } = readServerKeys(json, alfa, { now, crypto })
  readNotaryResponse(isObject(json) ? { server_keys: [json] } : json, {
    now,
    crypto,
    notary: alfa,
    notaryKeys: ok?.keys ?? new Map(),
  })
}
