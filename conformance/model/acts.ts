// What people and machines do in a run of the model, drawn from a seed: plain data, so that any beginning of a run can be played again.
// spec: docs/architecture.md (tests)

import type { Random } from '#platform/random/random.ts'

export type ActKind = keyof typeof weights

export interface Act {
  readonly kind: ActKind
  /** Who does it, and to whom: numbers of people or, for what happens to machines, of servers. */
  readonly actor: number
  readonly target: number
  /** Picks among what the act can be about: an even number in [0, 1). */
  readonly choice: number
  /** Time that passes before it (milliseconds): often none, so that times collide. */
  readonly pause: number
}

export const PEOPLE = 6

/** How often each happens, against the others. Enough joins and levels that most acts are allowed; enough cuts that most runs fork. */
const weights = {
  message: 16,
  topic: 7,
  note: 7,
  redact: 5,
  join: 16,
  leave: 2,
  kick: 3,
  ban: 3,
  unban: 3,
  invite: 5,
  knock: 3,
  levels: 8,
  'join-rules': 5,
  cut: 9,
  heal: 4,
  restart: 2,
  'lost-answer': 2,
  /** More events than are asked for where some are missing: the state has to bridge the gap. */
  burst: 1,
}

const kinds = Object.keys(weights) as ActKind[]
const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)

/** A run's acts. The same seed gives the same ones; fewer are their beginning. */
export function drawActs(random: Random, count: number): Act[] {
  return Array.from({ length: count }, () => ({
    kind: kindAt(random.fraction() * total),
    actor: Math.floor(random.fraction() * PEOPLE),
    target: Math.floor(random.fraction() * PEOPLE),
    choice: random.fraction(),
    pause: Math.floor(random.fraction() * 3),
  }))
}

function kindAt(place: number): ActKind {
  let rest = place
  for (const kind of kinds) {
    rest -= weights[kind]
    if (rest < 0) return kind
  }
  return 'message'
}
