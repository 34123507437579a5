// The calls about rooms. spec: server-server-api #joining-rooms, #inviting-to-a-room, #backfilling-and-retrieving-missing-events, #retrieving-events

import { parseEventId, parseRoomId, parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, member, objectAt, stringAt, withMember } from '#protocol/json/json.ts'
import type { Call, FederationClient } from '../client/client.ts'
import { path, type Query } from '../client/request-target.ts'
import type { Failure, Outcome } from '../failure.ts'
import { idsAt, listAt, listOrNoneAt, must, mustBeObject, readAs, wrong } from './answer-shape.ts'
import type { JoinedRoom, RoomCalls, Template } from './room-calls.ts'

const SECOND = 1000
const MIB = 1 << 20

/** A room of 100,000 members; the lists of a larger one would fill the process. */
const MAX_STATE = 100_000
/** 100,000 events of 2.5 KB. A string in Node ends at 512 MiB. */
const MAX_STATE_BYTES = 256 * MIB
const STATE_TIMEOUT = 180 * SECOND
const MAX_IDS_BYTES = 16 * MIB
const IDS_TIMEOUT = 60 * SECOND
/** Asked for at most, and taken at most: 100 events of 64 KiB. */
const MAX_HISTORY = 100
const MAX_HISTORY_BYTES = 8 * MIB
const HISTORY_TIMEOUT = 60 * SECOND
/** Event IDs in one question: more would not fit into a request line (8 KB is common). */
const MAX_ASKED = 50
/** Stripped state is a handful of events. */
const MAX_STRIPPED = 100
const MAX_SERVERS = 1000
/** An event, and room for what stands around it. */
const MAX_EVENT_BYTES = 256 * 1024
/** The other server may have to fetch and resolve before it answers. */
const HANDSHAKE_TIMEOUT = 60 * SECOND

/** Bodies of rooms of version 1 to 5 may carry numbers that only their text keeps. */
const pduNumbers = 'faithful'

export function roomCalls(client: FederationClient): RoomCalls {
  const ask = (call: Call) => client.request(call, pduNumbers)
  return {
    makeJoin: (to, { roomId, userId, versions }, signal) =>
      askTemplate(ask, { to, signal, path: path`/_matrix/federation/v1/make_join/${roomId}/${userId}` }, versions),

    sendJoin: async (to, { roomId, eventId, event }, signal) => {
      const call = { to, signal, method: 'PUT', body: { json: event }, ...largeState } as const
      const v2 = path`/_matrix/federation/v2/send_join/${roomId}/${eventId}`
      const outcome = await ask({ ...call, path: v2, query: [['omit_members', false]] })
      if (!isUnknownEndpoint(outcome)) return readAs(to, outcome, readJoined)
      const v1 = path`/_matrix/federation/v1/send_join/${roomId}/${eventId}`
      return readAs(to, await client.requestJson({ ...call, path: v1 }, pduNumbers), (json) =>
        readJoined(readPair(json)),
      )
    },

    makeLeave: (to, { roomId, userId }, signal) =>
      askTemplate(ask, { to, signal, path: path`/_matrix/federation/v1/make_leave/${roomId}/${userId}` }, []),

    sendLeave: async (to, { roomId, eventId, event }, signal) => {
      const call = { to, signal, method: 'PUT', body: { json: event } } as const
      const outcome = await ask({ ...call, path: path`/_matrix/federation/v2/send_leave/${roomId}/${eventId}` })
      if (!isUnknownEndpoint(outcome)) return readAs(to, outcome, () => undefined)
      const v1 = path`/_matrix/federation/v1/send_leave/${roomId}/${eventId}`
      return readAs(to, await client.requestJson({ ...call, path: v1 }), (json) => void readPair(json))
    },

    makeKnock: (to, { roomId, userId, versions }, signal) =>
      askTemplate(ask, { to, signal, path: path`/_matrix/federation/v1/make_knock/${roomId}/${userId}` }, versions),

    sendKnock: async (to, { roomId, eventId, event }, signal) => {
      const target = path`/_matrix/federation/v1/send_knock/${roomId}/${eventId}`
      const call = {
        to,
        signal,
        method: 'PUT',
        path: target,
        body: { json: event },
        maxBytes: MAX_HISTORY_BYTES,
      } as const
      return readAs(to, await ask(call), (answer) => ({
        knockRoomState: listAt(answer, 'knock_room_state', MAX_STRIPPED),
      }))
    },

    invite: async (to, invite, signal) => {
      const { roomId, eventId, roomVersion, event } = invite
      const state = [...invite.inviteRoomState]
      const call = { to, signal, method: 'PUT', maxBytes: MAX_EVENT_BYTES, timeout: HANDSHAKE_TIMEOUT } as const
      const v2 = path`/_matrix/federation/v2/invite/${roomId}/${eventId}`
      const body = { json: { room_version: roomVersion, event, invite_room_state: state } }
      const outcome = await ask({ ...call, path: v2, body })
      const mayFallBack = roomVersion === '1' || roomVersion === '2'
      if (!mayFallBack || !isUnknownEndpoint(outcome)) return readAs(to, outcome, readInvited)
      const unsigned = { ...objectAt(event, 'unsigned'), invite_room_state: state }
      const v1 = path`/_matrix/federation/v1/invite/${roomId}/${eventId}`
      const old = await client.requestJson(
        { ...call, path: v1, body: { json: withMember(event, 'unsigned', unsigned) } },
        pduNumbers,
      )
      return readAs(to, old, (json) => readInvited(readPair(json)))
    },

    backfill: async (to, { roomId, from, limit }, signal) => {
      const asked: Query = [
        ...from.slice(0, MAX_ASKED).map((id) => ['v', id] as const),
        ['limit', Math.min(limit, MAX_HISTORY)],
      ]
      const call = {
        to,
        signal,
        method: 'GET',
        path: path`/_matrix/federation/v1/backfill/${roomId}`,
        query: asked,
      } as const
      return readAs(to, await ask({ ...call, ...history }), (answer) => listAt(answer, 'pdus', MAX_HISTORY))
    },

    getMissingEvents: async (to, { roomId, earliest, latest, limit, minDepth }, signal) => {
      const json = {
        earliest_events: earliest.slice(0, MAX_ASKED),
        latest_events: latest.slice(0, MAX_ASKED),
        limit: Math.min(limit, MAX_HISTORY),
        min_depth: minDepth,
      }
      const target = path`/_matrix/federation/v1/get_missing_events/${roomId}`
      const outcome = await ask({ to, signal, method: 'POST', path: target, body: { json }, ...history })
      return readAs(to, outcome, (answer) => listAt(answer, 'events', MAX_HISTORY))
    },

    getState: async (to, { roomId, eventId }, signal) => {
      const target = path`/_matrix/federation/v1/state/${roomId}`
      const outcome = await ask({
        to,
        signal,
        method: 'GET',
        path: target,
        query: [['event_id', eventId]],
        ...largeState,
      })
      return readAs(to, outcome, (answer) => ({
        state: listAt(answer, 'pdus', MAX_STATE),
        authChain: listAt(answer, 'auth_chain', MAX_STATE),
      }))
    },

    getStateIds: async (to, { roomId, eventId }, signal) => {
      const target = path`/_matrix/federation/v1/state_ids/${roomId}`
      const limits = { maxBytes: MAX_IDS_BYTES, timeout: IDS_TIMEOUT }
      const outcome = await ask({ to, signal, method: 'GET', path: target, query: [['event_id', eventId]], ...limits })
      return readAs(to, outcome, (answer) => ({
        stateIds: idsAt(answer, 'pdu_ids', MAX_STATE, parseEventId),
        authChainIds: idsAt(answer, 'auth_chain_ids', MAX_STATE, parseEventId),
      }))
    },

    getEvent: async (to, eventId, signal) => {
      const call = { to, signal, method: 'GET', path: path`/_matrix/federation/v1/event/${eventId}` } as const
      return readAs(to, await ask({ ...call, maxBytes: MAX_EVENT_BYTES }), (answer) => {
        const [event] = listAt(answer, 'pdus', 1)
        return must(event, 'event in pdus')
      })
    },

    getEventAuth: async (to, { roomId, eventId }, signal) => {
      const target = path`/_matrix/federation/v1/event_auth/${roomId}/${eventId}`
      const outcome = await ask({ to, signal, method: 'GET', path: target, ...largeState })
      return readAs(to, outcome, (answer) => listAt(answer, 'auth_chain', MAX_STATE))
    },

    queryDirectory: async (to, alias, signal) => {
      const call = {
        to,
        signal,
        method: 'GET',
        path: '/_matrix/federation/v1/query/directory',
        evenIfAway: true,
      } as const
      return readAs(to, await ask({ ...call, query: [['room_alias', alias]] }), readDirectory)
    },
  }
}

const largeState = { maxBytes: MAX_STATE_BYTES, timeout: STATE_TIMEOUT }
const history = { maxBytes: MAX_HISTORY_BYTES, timeout: HISTORY_TIMEOUT }

type Ask = (call: Call) => Promise<Outcome<JsonObject>>

async function askTemplate(
  ask: Ask,
  call: Pick<Call, 'to' | 'signal' | 'path'>,
  versions: readonly string[],
): Promise<Outcome<Template>> {
  const query: Query = versions.map((version) => ['ver', version] as const)
  const limits = { maxBytes: MAX_EVENT_BYTES, timeout: HANDSHAKE_TIMEOUT }
  const outcome = await ask({ ...call, method: 'GET', query, ...limits, evenIfAway: true })
  return readAs(call.to, outcome, (answer) => ({
    // "If not specified, the room version is assumed to be either '1' or '2'."
    roomVersion: 'room_version' in answer ? must(stringAt(answer, 'room_version'), 'text room_version') : '1',
    event: must(objectAt(answer, 'event'), 'object event'),
  }))
}

function readJoined(answer: JsonObject): JoinedRoom {
  if (member(answer, 'members_omitted') === true) wrong('Members were left out, which was not asked for.')
  return {
    state: listAt(answer, 'state', MAX_STATE),
    authChain: listAt(answer, 'auth_chain', MAX_STATE),
    event: objectAt(answer, 'event'),
  }
}

const readInvited = (answer: JsonObject) => ({ event: mustBeObject(member(answer, 'event'), 'event') })

/** The answers of version 1: `[200, {…}]`. */
function readPair(json: Json): JsonObject {
  const [status, answer] = Array.isArray(json) ? json : []
  if (status !== 200 || !isObject(answer)) return wrong('The answer is not [200, {…}].')
  return answer
}

function readDirectory(answer: JsonObject) {
  const servers = listOrNoneAt(answer, 'servers', MAX_SERVERS * 10)
  const names = servers.flatMap((item): ServerName[] => {
    const name = typeof item === 'string' ? parseServerName(item) : undefined
    return name === undefined ? [] : [name]
  })
  return {
    roomId: must(parseRoomId(stringAt(answer, 'room_id') ?? ''), 'room ID in room_id'),
    servers: names.slice(0, MAX_SERVERS),
  }
}

/** The server knows the API, but not this version of the call: 404 (or, from old ones, 400 or 405) without or with `M_UNRECOGNIZED`. */
export function isUnknownEndpoint(outcome: Outcome<unknown>): boolean {
  if (outcome.ok) return false
  const failure: Failure = outcome.failure
  if (failure.kind !== 'refused') return false
  if (failure.errcode === 'M_UNRECOGNIZED') return [400, 404, 405].includes(failure.status)
  return failure.status === 404 && failure.errcode === undefined
}
