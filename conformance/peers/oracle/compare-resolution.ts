// Do we and the other server's library resolve the same states to the same state?
// spec: rooms/v1, v2, v12 #state-resolution

import { resolveState, type StateMap, splitStateKey, stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import { seededRandom } from '../../../src/platform/random/random.ts'
import type { Disagreement } from './disagreement.ts'
import { Draw, drawRoom, type RoomPlan } from './drawn-room.ts'
import type { Oracle, StateList } from './oracle.ts'
import { crypto } from './signed-room.ts'

/** States of one room to resolve: two to four at random, a dozen times. */
const CASES_OF_A_ROOM = 12

export async function compareResolution(oracle: Oracle, plan: RoomPlan, seed: number): Promise<Disagreement[]> {
  const draw = new Draw(seededRandom(seed))
  const room = drawRoom(plan, draw)
  const rules = { version: plan.version, crypto }
  const cases = Array.from({ length: CASES_OF_A_ROOM }, () =>
    room.statesAfter(draw.some(room.ids.slice(2), 2 + draw.below(3))),
  )
  const answers = await oracle.resolve(
    plan.version.id,
    room.texts,
    cases.map((states) => states.map(listOf)),
  )
  return cases.flatMap((states, at) => {
    const answer = answers[at]
    if (!answer) return []
    const ours = resolveState(states, room.source, rules)
    const theirs = mapOf(answer)
    const keys = [...new Set([...ours.keys(), ...theirs.keys()])].filter((key) => ours.get(key) !== theirs.get(key))
    if (keys.length === 0) return []
    const what = keys.map((key) => `${key.replace('\0', ' ')}: ours ${ours.get(key)}, theirs ${theirs.get(key)}`)
    const input = { events: room.texts.map((text) => JSON.parse(text)), ids: room.ids, states: states.map(listOf) }
    return [{ about: `resolution, version ${plan.version.id}, seed ${seed}`, what: what.join('; '), input }]
  })
}

const listOf = (state: StateMap): StateList =>
  [...state].map(([key, id]) => {
    const { type, stateKey } = splitStateKey(key)
    return [type, stateKey, id] as const
  })

const mapOf = (list: StateList): ReadonlyMap<string, string> =>
  new Map(list.map(([type, stateKey, id]) => [stateKeyOf(type, stateKey), id]))
