// State resolution against the vectors.
// spec: rooms/v1, rooms/v2, rooms/v12 #state-resolution, proposals/4297

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type RoomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { type EventSource, resolveState, type StateMap, stateKeyOf } from './state-resolution.ts'

interface VectorEvent {
  readonly type: string
  readonly key: string
  readonly sender: string
  readonly content: JsonObject
  readonly auth: readonly string[]
  readonly ts?: number
  readonly depth?: number
}
interface VectorCase {
  readonly name: string
  readonly spec: string
  readonly versions: string
  readonly events: { readonly [name: string]: VectorEvent }
  readonly states: readonly (readonly string[])[]
  readonly resolved: readonly string[]
  readonly rejected?: readonly string[]
}

const file = new URL('../../../vectors/state-resolution/cases.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly VectorCase[] }
const crypto = { verify: () => false }

for (const vector of cases) {
  test(`${vector.name} (${vector.versions})`, () => {
    for (const version of versionsOf(vector.versions)) {
      const source = sourceOf(vector, version)
      const states = vector.states.map((names) => stateOf(names, vector, version))
      for (const order of [states, [...states].reverse(), [...states, ...states]]) {
        const resolved = resolveState(order, source, { version, crypto })
        assert.deepEqual(
          namesOf(resolved, vector, version),
          [...vector.resolved].sort(),
          `v${version.id}, ${vector.spec}`,
        )
      }
    }
  })
}

function versionsOf(range: string): readonly RoomVersion[] {
  const [first, last = first] = range.split('-').map(Number)
  return roomVersions.filter((version) => Number(version.id) >= Number(first) && Number(version.id) <= Number(last))
}

const idOf = (name: string, version: RoomVersion): EventId =>
  (version.eventIdFormat === 'field' ? `$${name}:alfa.example` : `$${name}`) as EventId

function sourceOf({ events, rejected = [] }: VectorCase, version: RoomVersion): EventSource {
  const byId = new Map(
    Object.entries(events).map(([name, event], at) => {
      const built = eventOf(name, event, at, version)
      return [built.eventId, built]
    }),
  )
  const rejectedIds = new Set(rejected.map((name) => idOf(name, version)))
  return { event: (id) => byId.get(id), isRejected: (id) => rejectedIds.has(id) }
}

function eventOf(name: string, event: VectorEvent, at: number, version: RoomVersion): RoomEvent {
  const isCreate = event.type === 'm.room.create'
  const named = isCreate || version.roomIdIsCreateHash ? event.auth : ['create', ...event.auth]
  const creator: JsonObject = isCreate && !version.creatorIsSender ? { creator: event.sender } : {}
  return {
    eventId: idOf(name, version),
    roomId: (version.roomIdIsCreateHash ? '!create' : '!room:alfa.example') as RoomId,
    type: event.type,
    stateKey: event.key,
    sender: event.sender as UserId,
    originServerTs: event.ts ?? at + 1,
    depth: event.depth ?? at + 1,
    // The first join of the creator follows the create event; what else is before an event does not matter here.
    prevEvents: at === 0 ? [] : at === 1 ? [idOf('create', version)] : [idOf('before', version)],
    authEvents: named.map((other) => idOf(other, version)),
    redacts: undefined,
    content: { ...event.content, ...creator },
    version,
    pdu: {},
  }
}

function stateOf(names: readonly string[], { events }: VectorCase, version: RoomVersion): StateMap {
  return new Map(
    names.map((name) => {
      const event = events[name]
      assert.ok(event, name)
      return [stateKeyOf(event.type, event.key), idOf(name, version)]
    }),
  )
}

function namesOf(state: StateMap, { events }: VectorCase, version: RoomVersion): readonly string[] {
  const ids = new Set(state.values())
  const names = Object.keys(events).filter((name) => ids.has(idOf(name, version)))
  assert.equal(names.length, state.size)
  return names.sort()
}
