// What other servers ask of us, and what we have for them: drafts of memberships, the events that they make of them, and parts of the graph.
// spec: server-server-api #joining-rooms, #leaving-rooms-rejecting-invites, #knocking-rooms, #inviting-to-a-room, #retrieving-events

import type { Position } from '#platform/stream/stream.ts'
import { forbidden, notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { refuseUnlessAclAllows } from '../remote/room-acl.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { eventsForServer, type MissedByServer, serversAround } from './events-for-server.ts'
import { authChainOf, eventsBetween, historyBefore, stateBefore } from './read-graph.ts'
import { showToServer } from './show-to-server.ts'
import {
  type ReceivedInvite,
  type SentMembership,
  type TakenJoin,
  takeInvite,
  takeJoin,
  takeKnock,
  takeMembership,
} from './take-membership.ts'
import { makeTemplate, type TemplateRequest } from './templates.ts'

export class Serving {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** The draft of a membership for another server's user. */
  makeTemplate(request: TemplateRequest): Promise<{ roomVersion: string; event: JsonObject }> {
    return makeTemplate(this.#engine, request)
  }

  takeJoin(sent: SentMembership): Promise<TakenJoin> {
    return takeJoin(this.#engine, sent)
  }

  async takeLeave(sent: SentMembership): Promise<void> {
    await takeMembership(this.#engine, sent)
  }

  /** @returns the stripped state as whole events. */
  takeKnock(sent: SentMembership): Promise<readonly JsonObject[]> {
    return takeKnock(this.#engine, sent)
  }

  /** Signs an invite of one of our users. @returns the signed PDU. */
  takeInvite(invite: ReceivedInvite): Promise<JsonObject> {
    return takeInvite(this.#engine, invite)
  }

  /**
   * The room's number, for a server that is in the room and that its access list lets in. Also when we have left: those who were in it then may ask
   * for what stands before our leaving, which they cannot place otherwise when it came to us over a line that they do not have. @throws 403, 404
   */
  async numberFor(roomId: RoomId, origin: ServerName): Promise<number> {
    const room = await this.#engine.room(roomId)
    if (!room?.committed.state) throw notFound('This server does not know the room. Ask another server.')
    await refuseUnlessAclAllows(this.#engine, room, origin)
    if (!room.committed.servers.has(origin)) throw forbidden('room/server-not-in', 'Your server is not in this room.')
    return room.committed.roomNid
  }

  /** The PDUs of one room as texts for a server that is in it: redacted where the room hides its history from that server. */
  show(events: readonly KnownEvent[], server: ServerName): Promise<string[]> {
    return showToServer(this.#engine, events, server)
  }

  /**
   * Events that are ours to send to a server, with positions in (after, upTo], ascending, at most `limit`: of its rooms from its coming on, and of
   * rooms that it was in, up to its going. `upTo`: how far that reaches. Two queries; what it says is repeatable.
   */
  eventsFor(asked: MissedByServer): Promise<{ events: readonly KnownEvent[]; upTo: Position }> {
    return eventsForServer(this.#engine, asked)
  }

  /** The servers that were in the events' rooms around each event, by event number; from one query for all. */
  serversAround(events: readonly KnownEvent[]): Promise<ReadonlyMap<number, readonly ServerName[]>> {
    return serversAround(this.#engine, events)
  }

  /** State before an event, and its auth chain; undefined for events whose place we do not know. */
  async stateBefore(eventId: EventId): Promise<{ state: KnownEvent[]; authChain: KnownEvent[] } | undefined> {
    const known = await this.#engine.log.byId(eventId)
    if (!known?.stateBefore) return undefined
    const state = await stateBefore(this.#engine, known)
    return { state, authChain: await authChainOf(this.#engine, state) }
  }

  async authChain(eventId: EventId): Promise<KnownEvent[] | undefined> {
    const known = await this.#engine.log.byId(eventId)
    return known && authChainOf(this.#engine, [known])
  }

  historyBefore(roomNid: number, from: readonly EventId[], limit: number): Promise<KnownEvent[]> {
    return historyBefore(this.#engine, roomNid, from, limit)
  }

  eventsBetween(roomNid: number, asked: Parameters<typeof eventsBetween>[2]): Promise<KnownEvent[]> {
    return eventsBetween(this.#engine, roomNid, asked)
  }
}
