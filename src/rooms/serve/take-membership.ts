// Takes the member event that another server made of our draft: send_join, send_leave, send_knock; and signs invites for our users.
// spec: server-server-api #joining-rooms, #leaving-rooms-rejecting-invites, #knocking-rooms, #inviting-to-a-room

import { forbidden, incompatibleRoomVersion, invalidParam } from '#protocol/errors/errors.ts'
import { parsePdu, type RoomEvent } from '#protocol/events/events.ts'
import {
  type EventId,
  parseUserId,
  type RoomId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, stringAt } from '#protocol/json/json.ts'
import { type RoomVersion, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { signEvent } from '#protocol/signing/signing.ts'
import {
  federationFormOf,
  type ReceivedState,
  requireReceivedState,
  strippedStateOf,
  strippedStateTypes,
} from '#protocol/stripped-state/stripped-state.ts'
import { receiveEvent, type VerifiedEvent } from '../receive-event.ts'
import { lacksAuthEvents, missingPrevious } from '../remote/fetch-missing.ts'
import { keepOutsideMembership } from '../remote/outside-membership.ts'
import { refuseUnlessAclAllows } from '../remote/room-acl.ts'
import { verifyPdus } from '../remote/verify-pdus.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { refuseUnlessAllowed } from '../send-event.ts'
import { authChainOf, stateBefore } from './read-graph.ts'
import { residentRoom } from './templates.ts'

export interface SentMembership {
  readonly origin: ServerName
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly pdu: JsonObject
  readonly membership: 'join' | 'leave' | 'knock'
}

export interface TakenJoin {
  readonly event: KnownEvent
  readonly state: readonly KnownEvent[]
  readonly authChain: readonly KnownEvent[]
  readonly servers: readonly ServerName[]
}

/** @throws 400 for an event that is not what the path says, 403 with the rule when the room refuses it. */
export async function takeMembership(engine: Engine, sent: SentMembership): Promise<KnownEvent> {
  const room = await residentRoom(engine, sent.roomId)
  await refuseUnlessAclAllows(engine, room, sent.origin)
  const signed = signIfVouched(engine, room, sent)
  const verified = await verifyPdus(engine, [signed], { roomId: sent.roomId, version: room.head.version })
  const event = verified.events.get(sent.eventId)
  if (!event) {
    const [why] = verified.refused
    if (why) throw forbidden(why.rule, why.message)
    throw invalidParam('The event is not the one that the path names. Send it under its own event ID.')
  }
  refuseUnlessAsked(event.event, sent)
  await refuseUnlessPlaced(engine, room, event)
  const received = await engine.turn(sent.roomId, receiveEvent(engine, event, { relay: true }))
  if ('verdict' in received) refuseUnlessAllowed(received.verdict)
  return received.known
}

export async function takeJoin(engine: Engine, sent: SentMembership): Promise<TakenJoin> {
  const event = await takeMembership(engine, sent)
  const room = await residentRoom(engine, sent.roomId)
  const state = await stateBefore(engine, event)
  return { event, state, authChain: await authChainOf(engine, [...state, event]), servers: room.committed.serverNames }
}

export async function takeKnock(engine: Engine, sent: SentMembership): Promise<readonly JsonObject[]> {
  await takeMembership(engine, sent)
  const room = await residentRoom(engine, sent.roomId)
  if (!room.committed.state) return []
  const state = await engine.stateEventsAt(
    room.committed.state,
    strippedStateTypes.map((type) => ({ type, stateKey: '' })),
  )
  return federationFormOf(strippedStateOf(state))
}

/** A join that one of our users vouches for carries our signature too. */
function signIfVouched(engine: Engine, room: HotRoom, { pdu, membership }: SentMembership): Json {
  const content = pdu['content']
  const voucher =
    membership === 'join' && content && typeof content === 'object' && !Array.isArray(content)
      ? parseUserId(stringAt(content, 'join_authorised_via_users_server') ?? '')
      : undefined
  if (!voucher || !room.head.version.restrictedJoin || serverNameOf(voucher) !== engine.parts.serverName) return pdu
  const { serverName, signingKey, crypto } = engine.parts
  const parsed = parsePdu(pdu, room.head.version, crypto)
  return parsed.ok ? signEvent(parsed.ok, serverName, signingKey()).event.pdu : pdu
}

function refuseUnlessAsked(event: RoomEvent, { origin, membership, eventId }: SentMembership): void {
  const isAsked =
    event.eventId === eventId &&
    event.type === 'm.room.member' &&
    event.stateKey === event.sender &&
    serverNameOf(event.sender) === origin &&
    stringAt(event.content, 'membership') === membership
  if (!isAsked) throw invalidParam(`The event is not the ${membership} of a user of ${origin}.`)
}

/** What stands on events that are not here could only be judged by the part that is here: its sender would choose by what it is judged. */
async function refuseUnlessPlaced(engine: Engine, room: HotRoom, event: VerifiedEvent): Promise<void> {
  const missing = await missingPrevious(engine, room, event)
  if (missing.length === 0 && !(await lacksAuthEvents(engine, event))) return
  throw forbidden(
    'send/no-place',
    'The event stands on events that are not known here. Ask this server for a template.',
  )
}

export interface ReceivedInvite {
  readonly origin: ServerName
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly version: string
  readonly pdu: JsonObject
  /** `invite_room_state` as it came; undefined when absent. */
  readonly strippedState: Json | undefined
  /** May this user be invited by that one? Throws where not (blocked, deactivated, unknown). */
  readonly permit: (invited: UserId, inviter: UserId) => Promise<void>
}

/** Signs an invite of one of our users and keeps it. @returns the event with our signature. */
export async function takeInvite(engine: Engine, invite: ReceivedInvite): Promise<JsonObject> {
  const version = roomVersion(invite.version)
  if (!version) {
    const told = { room_version: invite.version }
    throw incompatibleRoomVersion('This server does not support the version of the room.', told)
  }
  const verified = await verifyPdus(engine, [invite.pdu], { roomId: invite.roomId, version })
  const event = verified.events.get(invite.eventId)?.event
  const target = event?.stateKey === undefined ? undefined : parseUserId(event.stateKey)
  const isInvite = event?.type === 'm.room.member' && stringAt(event.content, 'membership') === 'invite'
  if (!event || !target || !isInvite || serverNameOf(event.sender) !== invite.origin) {
    throw invalidParam('This is not an invitation by a user of the server that sent it.')
  }
  if (serverNameOf(target) !== engine.parts.serverName) {
    throw forbidden('invite/other-server', 'The invited user is not of this server.')
  }
  const known = await engine.room(invite.roomId)
  if (known?.committed.servers.has(engine.parts.serverName)) await refuseUnlessAclAllows(engine, known, invite.origin)
  await invite.permit(target, event.sender)
  const { serverName, signingKey } = engine.parts
  const received = await receivedState(engine, invite, version)
  const signed: VerifiedEvent = signEvent(event, serverName, signingKey())
  const room = await engine.enter(invite.roomId, version)
  if (!room.committed.servers.has(serverName)) {
    const stripped = [...received.events.map((entry) => ({ ...entry })), inviteItself(event)]
    await keepOutsideMembership(engine, room, signed, 'invite', stripped)
  }
  return signed.event.pdu
}

/** The state that came with an invite: whole events count only with valid signatures. */
async function receivedState(engine: Engine, invite: ReceivedInvite, version: RoomVersion): Promise<ReceivedState> {
  const { roomId, strippedState: entries } = invite
  const pdus = Array.isArray(entries) ? entries.slice(0, MOST_STATE_VERIFIED) : []
  const verified = await verifyPdus(engine, pdus, { roomId, version })
  const read = (pdu: JsonObject): RoomEvent | undefined => {
    const parsed = parsePdu(pdu, version, engine.parts.crypto)
    return parsed.ok && verified.events.get(parsed.ok.eventId)?.event
  }
  const received = requireReceivedState({ entries, roomId, version, read })
  if ('refused' in received) throw received.refused
  return received.ok
}

/** More entries than a stripped state may have are not verified: they are refused or left out. */
const MOST_STATE_VERIFIED = 50

/** Clients show who invites from the member event itself. */
const inviteItself = (event: RoomEvent): JsonObject => ({
  type: event.type,
  state_key: event.stateKey ?? '',
  sender: event.sender,
  content: event.content,
})
