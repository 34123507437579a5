// PDUs of rooms that we are not in: only the end of an invite or knock of one of our users is for us.
// spec: server-server-api #transactions, #inviting-to-a-room (an invite that is taken back), #knocking-rooms

import { notFound } from '#protocol/errors/errors.ts'
import { parseUserId, type ServerName, serverNameOf } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, parseJson, stringAt } from '#protocol/json/json.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import { membershipCodes } from '../state/state-map.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { keepOutsideMembership } from './outside-membership.ts'
import { type PduOutcome, refuseAll, refusedAt } from './pdu-outcome.ts'
import { verifyPdus } from './verify-pdus.ts'

/** Takes what ends an invite or knock; all else is refused. */
export async function receiveOutside(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  pdus: readonly Json[],
): Promise<PduOutcome[]> {
  const { roomId, version } = room.head
  const ours = pdus.map((pdu) => isAboutOurs(engine, pdu))
  const verified = await verifyPdus(engine, ours.some(Boolean) ? pdus : [], { roomId, version })
  if (verified.ids.length === 0) return refuseAll(engine, room, pdus, notInRoom())
  const outcomes: PduOutcome[] = []
  for (const [index, eventId] of verified.ids.entries()) {
    const event = eventId === undefined ? undefined : verified.events.get(eventId)
    if (eventId === undefined || !event) outcomes.push(refusedAt(verified, index))
    else if (await endsOutsideMembership(engine, origin, room, event)) {
      await keepOutsideMembership(engine, room, event, 'leave', undefined)
      outcomes.push({ outcome: 'accepted', eventId })
    } else outcomes.push({ outcome: 'refused', eventId, error: notInRoom() })
  }
  return outcomes
}

const notInRoom = () => notFound('This server is not in the room.')

/** A member event about one of our users: worth a look at its signatures. */
function isAboutOurs(engine: Engine, pdu: Json): boolean {
  if (!isObject(pdu) || stringAt(pdu, 'type') !== 'm.room.member') return false
  const target = parseUserId(stringAt(pdu, 'state_key') ?? '')
  return target !== undefined && serverNameOf(target) === engine.parts.serverName
}

/**
 * We cannot judge the event, having no state. So only those can end a membership who began it: the server that invited, or for a knock, a server
 * that showed us something of the room.
 */
async function endsOutsideMembership(
  engine: Engine,
  origin: ServerName,
  room: HotRoom,
  { event }: VerifiedEvent,
): Promise<boolean> {
  const ends = ['leave', 'ban'].includes(stringAt(event.content, 'membership') ?? '')
  if (event.type !== 'm.room.member' || event.stateKey === undefined || !ends) return false
  if (serverNameOf(event.sender) !== origin) return false
  const row = await engine.parts.database.one(membershipInRoom, room.head.roomNid, event.stateKey)
  if (!row || row.stripped_state === null) return false
  const begun = await engine.log.byNid(row.event_nid)
  if (row.membership === membershipCodes.invite)
    return begun !== undefined && serverNameOf(begun.event.sender) === origin
  return row.membership === membershipCodes.knock && sendersIn(row.stripped_state).has(origin)
}

function sendersIn(strippedState: string): Set<ServerName> {
  const entries = parseJson(strippedState).ok
  const senders = (Array.isArray(entries) ? entries : []).flatMap((entry) =>
    isObject(entry) ? (parseUserId(stringAt(entry, 'sender') ?? '') ?? []) : [],
  )
  return new Set(senders.map(serverNameOf))
}
