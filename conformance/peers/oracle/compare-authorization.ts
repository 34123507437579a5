// Do we and the other server's library allow the same events, by the auth events that they name?
// spec: rooms/v1 to v12 #authorization-rules

import { authorize, authorizeAuthEvents } from '#protocol/auth-rules/auth-rules.ts'
import { requiredSigners } from '#protocol/events/events.ts'
import { isObject } from '#protocol/json/json.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import { seededRandom } from '../../../src/platform/random/random.ts'
import { isDecided } from './decided.ts'
import type { Disagreement } from './disagreement.ts'
import { type Candidate, drawCandidate } from './drawn-candidate.ts'
import { Draw, drawRoom, type RoomPlan } from './drawn-room.ts'
import type { Oracle } from './oracle.ts'
import { crypto, type SignedRoom } from './signed-room.ts'

const CANDIDATES_OF_A_ROOM = 60

export async function compareAuthorization(oracle: Oracle, plan: RoomPlan, seed: number): Promise<Disagreement[]> {
  const draw = new Draw(seededRandom(seed))
  const room = drawRoom(plan, draw)
  const candidates = Array.from({ length: CANDIDATES_OF_A_ROOM }, () => drawCandidate(room, draw)).flatMap(
    (candidate) => candidate ?? [],
  )
  const answers = await oracle.authorize(
    plan.version.id,
    room.texts,
    candidates.map(({ json }) => json),
  )
  return candidates.flatMap((candidate, at) => {
    const theirs = answers[at]
    const ours = refusal(room, candidate)
    if ((ours === undefined) === (theirs === null) || isDecided(candidate.event, ours, theirs)) return []
    const auth = candidate.event.authEvents.flatMap((id) => room.source.event(id)?.pdu ?? [])
    return [
      {
        about: `authorization, version ${plan.version.id}, seed ${seed}`,
        what: `ours ${ours ?? 'allowed'}, theirs ${theirs ?? 'allowed'}: ${candidate.event.type}`,
        input: { event: candidate.event.pdu, auth },
      },
    ]
  })
}

/** The rule by which we refuse the event; undefined: allowed. */
function refusal(room: SignedRoom, { event }: Candidate): string | undefined {
  const signers = requiredSigners(event)
  const signatures = event.pdu['signatures']
  if (!signers?.every((name) => isObject(signatures) && Object.hasOwn(signatures, name))) return 'signatures'
  const createEvent = room.source.event(room.ids[0] ?? event.eventId)
  const named = event.authEvents.flatMap((id) => room.source.event(id) ?? [])
  const known = event.version.roomIdIsCreateHash && createEvent ? [...named, createEvent] : named
  const byAuthEvents = authorizeAuthEvents(
    event,
    known.map((one) => ({ event: one, rejected: false })),
  )
  if (!byAuthEvents.allowed) return byAuthEvents.rule
  const state = new Map(known.map((one) => [stateKeyOf(one.type, one.stateKey ?? ''), one]))
  const view = { get: (type: string, stateKey: string) => state.get(stateKeyOf(type, stateKey)) }
  const verdict = authorize(event, { state: view, crypto, createEvent })
  return verdict.allowed ? undefined : verdict.rule
}
