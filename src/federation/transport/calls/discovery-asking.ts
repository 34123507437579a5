// The calls that find rooms and points in time. spec: server-server-api #published-room-directory, #spaces, #retrieving-events

import { parseEventId, parseRoomId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, integerAt, type Json, type JsonObject, member, stringAt } from '#protocol/json/json.ts'
import { readChild, readSummary, type SpaceRoom } from '#protocol/room-summary/room-summary.ts'
import type { Call, FederationClient } from '../client/client.ts'
import { path } from '../client/request-target.ts'
import { listAt, listOrNoneAt, must, mustBeObject, readAs } from './answer-shape.ts'
import type { DiscoveryCalls, PublicRooms, PublicRoomsRequest } from './discovery-calls.ts'

/** A person looks at a list: nobody reads further on one page. */
const MOST_ROOMS = 500
/** 500 rooms with long topics. */
const MAX_DIRECTORY_BYTES = 4 << 20
/** Rooms of one space, and links of one room. */
const MOST_CHILDREN = 1_000
/** 1,000 rooms with their links. */
const MAX_HIERARCHY_BYTES = 8 << 20
/** A person waits, and there may be others to ask. */
const TIMEOUT = 10_000
/** A token is passed on to a client, and comes back in a query. */
const LONGEST_TOKEN = 1_000

const directory = '/_matrix/federation/v1/publicRooms'

export function discoveryCalls(client: FederationClient): DiscoveryCalls {
  return {
    getPublicRooms: async (to, asked, signal) => {
      const call = { to, signal, path: directory, ...limits(MAX_DIRECTORY_BYTES), evenIfAway: true } as const
      return readAs(to, await client.request({ ...call, ...directoryRequest(asked) }), readPublicRooms)
    },

    getHierarchy: async (to, roomId, signal) => {
      const target = path`/_matrix/federation/v1/hierarchy/${roomId}`
      const call = { to, signal, method: 'GET', path: target, ...limits(MAX_HIERARCHY_BYTES) } as const
      // Whoever asks filters for its own users, so that one answer serves them all.
      const outcome = await client.request({ ...call, query: [['suggested_only', false]] })
      return readAs(to, outcome, (answer) => {
        const room = readSpaceRoom(mustBeObject(member(answer, 'room'), 'room'))
        return {
          room: must(room?.roomId === roomId ? room : undefined, 'summary of the room that was asked for'),
          children: listAt(answer, 'children', MOST_CHILDREN).flatMap((child) => readSpaceRoom(child) ?? []),
          inaccessible: listOrNoneAt(answer, 'inaccessible_children', MOST_CHILDREN).flatMap((id) =>
            typeof id === 'string' ? (parseRoomId(id) ?? []) : [],
          ),
        }
      })
    },

    getEventNear: async (to, { roomId, time, direction }, signal) => {
      const target = path`/_matrix/federation/v1/timestamp_to_event/${roomId}`
      const query = [
        ['ts', time],
        ['dir', direction],
      ] as const
      const outcome = await client.request({ to, signal, method: 'GET', path: target, query, timeout: TIMEOUT })
      return readAs(to, outcome, (answer) => ({
        eventId: must(parseEventId(stringAt(answer, 'event_id') ?? ''), 'event ID in event_id'),
        originServerTs: must(integerAt(answer, 'origin_server_ts'), 'integer origin_server_ts'),
      }))
    },
  }
}

const limits = (maxBytes: number) => ({ maxBytes, timeout: TIMEOUT })

/** Without a filter by GET, which every server knows. */
function directoryRequest(asked: PublicRoomsRequest): Pick<Call, 'method' | 'query' | 'body'> {
  const { limit, since, searchTerm, roomTypes, includeAllNetworks, thirdPartyInstanceId } = asked
  const common = {
    ...(limit !== undefined && { limit }),
    ...(since !== undefined && { since }),
    ...(includeAllNetworks !== undefined && { include_all_networks: includeAllNetworks }),
    ...(thirdPartyInstanceId !== undefined && { third_party_instance_id: thirdPartyInstanceId }),
  }
  if (searchTerm === undefined && roomTypes === undefined) return { method: 'GET', query: Object.entries(common) }
  const filter = {
    ...(searchTerm !== undefined && { generic_search_term: searchTerm }),
    ...(roomTypes !== undefined && { room_types: [...roomTypes] }),
  }
  return { method: 'POST', body: { json: { ...common, filter } } }
}

function readPublicRooms(answer: JsonObject): PublicRooms {
  return {
    rooms: must(arrayAt(answer, 'chunk'), 'list chunk')
      .slice(0, MOST_ROOMS)
      .flatMap((room) => readSummary(room) ?? []),
    nextBatch: tokenAt(answer, 'next_batch'),
    previousBatch: tokenAt(answer, 'prev_batch'),
    total: countAt(answer, 'total_room_count_estimate'),
  }
}

function tokenAt(answer: JsonObject, key: string): string | undefined {
  const token = stringAt(answer, key)
  return token !== undefined && token.length <= LONGEST_TOKEN ? token : undefined
}

function countAt(answer: JsonObject, key: string): number | undefined {
  const count = integerAt(answer, key)
  return count === undefined ? undefined : Math.max(0, count)
}

function readSpaceRoom(json: Json): SpaceRoom | undefined {
  const summary = readSummary(json)
  if (summary === undefined) return undefined
  const links = arrayAt(json as JsonObject, 'children_state')
  return { ...summary, children: links?.slice(0, MOST_CHILDREN).flatMap((link) => readChild(link) ?? []) }
}
