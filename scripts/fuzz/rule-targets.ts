// What the protocol judges by: events against a state, filters, push rules, server access lists. None may throw but the refusals that a
// caller is told of (MatrixError).

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { authorize } from '#protocol/auth-rules/auth-rules.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseRoomEventFilter, parseSyncFilter } from '#protocol/event-filter/event-filter.ts'
import { parsePdu, type RoomEvent } from '#protocol/events/events.ts'
import { parseServerName, parseUserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { compileRuleset, EventForRules, evaluate, predefinedRules } from '#protocol/push-rules/push-rules.ts'
import { relationOf, replyOf } from '#protocol/relations/relations.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import { compileServerAcl } from '#protocol/server-acl/server-acl.ts'
import type { FuzzTarget } from './run-fuzz.ts'

const crypto = loadCrypto()

export function ruleTargets(): readonly FuzzTarget[] {
  const signed = casesIn('hashes/events.json').map((entry) => JSON.stringify(entry['signed']))
  return [
    { name: 'authorization', seeds: seedsOf(signed), run: judgeBy(signed) },
    { name: 'filters', seeds: seedsOf(texts('event-filter/room-events.json', 'filter')), run: readFilters },
    { name: 'push-rules', seeds: seedsOf(texts('push-rules/evaluation.json', 'condition')), run: pushBy(signed) },
    { name: 'server-acl', seeds: seedsOf(texts('server-acl/verdicts.json', 'content')), run: readAcl },
  ]
}

/** Every event against the state that the others make: whatever it says, there is a verdict. */
function judgeBy(signed: readonly string[]): FuzzTarget['run'] {
  const states = new Map(roomVersions.map((version) => [version.id, eventsIn(signed, version)]))
  return (input) => {
    const json = jsonIn(input)
    if (json === undefined) return
    for (const version of roomVersions) {
      const { ok: event } = parsePdu(json, version, crypto)
      const others = states.get(version.id) ?? []
      const get = (type: string, stateKey: string): RoomEvent | undefined =>
        others.find((other) => other.type === type && other.stateKey === stateKey)
      for (const judged of event ? [event] : []) {
        authEventKeys(judged, version)
        relationOf(judged.content)
        replyOf(judged.content)
        assert.equal(typeof authorize(judged, { state: { get }, crypto }).allowed, 'boolean')
        // The event as part of the state that another one is judged by.
        const own = (type: string, key: string) =>
          judged.type === type && judged.stateKey === key ? judged : get(type, key)
        for (const other of others) authorize(other, { state: { get: own }, crypto })
      }
    }
  }
}

function readFilters(input: Uint8Array): void {
  const json = jsonIn(input)
  if (json === undefined) return
  for (const value of [json, { room: { timeline: json, state: json }, presence: json }, { room: json }]) {
    told(() => parseSyncFilter(value))
    told(() => parseRoomEventFilter(value))
  }
}

/** A condition of anybody's making decides on any event. */
function pushBy(signed: readonly string[]): FuzzTarget['run'] {
  const owner = parseUserId('@u:domain')
  const events = roomVersions.flatMap((version) => eventsIn(signed, version)).map((event) => new EventForRules(event))
  return (input) => {
    const condition = jsonIn(input)
    if (!isObject(condition) || owner === undefined) return
    const rule = { rule_id: 'fuzz', default: false, enabled: true, conditions: [condition], actions: ['notify'] }
    const rules = compileRuleset({ ...predefinedRules(owner), override: [rule] }, owner)
    const context = { memberCount: 3, displayName: 'u', senderLevel: 0, notificationLevels: {} }
    for (const event of events) evaluate(rules, event, context)
  }
}

function readAcl(input: Uint8Array): void {
  const content = jsonIn(input)
  if (!isObject(content)) return
  const acl = compileServerAcl(content)
  for (const name of ['evil.com', '[::1]:8448', '1.2.3.4', `${'a'.repeat(60)}.example`]) {
    const server = parseServerName(name)
    if (server !== undefined) assert.equal(typeof acl.verdictFor(server).allowed, 'boolean')
  }
}

function eventsIn(signed: readonly string[], version: (typeof roomVersions)[number]): RoomEvent[] {
  return signed.flatMap((text) => {
    const json = jsonIn(Buffer.from(text))
    return json === undefined ? [] : (parsePdu(json, version, crypto).ok ?? [])
  })
}

/** A refusal that the caller is told of is an answer; everything else is a defect. */
function told(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
  }
}

function jsonIn(input: Uint8Array): Json | undefined {
  return parseJson(input, { numbers: 'faithful' }).ok
}

const seedsOf = (seeds: readonly string[]): Uint8Array[] => seeds.map((seed) => Buffer.from(seed))

const texts = (path: string, member: string): string[] =>
  casesIn(path).flatMap((entry) => (isObject(entry[member]) ? JSON.stringify(entry[member]) : []))

function casesIn(path: string): readonly JsonObject[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${path}`, import.meta.url), 'utf8')).cases
}
