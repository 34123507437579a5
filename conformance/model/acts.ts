// What people and machines do in a run of the model, drawn from a seed: plain data, so that any beginning of a run can be played again.
// spec: docs/architecture.md (tests)

import type { Random } from '#platform/random/random.ts'

export type HonestKind = keyof typeof weights
export type LieKind = keyof typeof lies

export interface Act {
  readonly kind: HonestKind | LieKind
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

/** What a dishonest server does, beside what its user does. What each is: `lies.ts`. */
const lies = {
  'lie-no-right': 5,
  'lie-foreign-auth': 3,
  'lie-foreign-past': 4,
  'lie-old-rights': 6,
  'lie-invented-past': 5,
  'lie-fork': 8,
  'lie-reset': 6,
  'lie-depth': 3,
  'lie-flood': 2,
  'lie-hash': 4,
  'lie-name': 2,
  'lie-two-faces': 4,
  'lie-upon-lie': 6,
  'lie-answers': 6,
}

export const isLie = (kind: Act['kind']): kind is LieKind => kind in lies

/** A run's acts. The same seed gives the same ones; fewer are their beginning. With a dishonest server there is one person more, who is its user. */
export function drawActs(random: Random, count: number, withLies = false): Act[] {
  const kinds = Object.entries(withLies ? { ...weights, ...lies } : weights) as [Act['kind'], number][]
  const people = withLies ? PEOPLE + 1 : PEOPLE
  return Array.from({ length: count }, () => ({
    kind: kindAt(random.fraction(), kinds),
    actor: Math.floor(random.fraction() * people),
    target: Math.floor(random.fraction() * people),
    choice: random.fraction(),
    pause: Math.floor(random.fraction() * 3),
  }))
}

function kindAt(fraction: number, kinds: readonly (readonly [Act['kind'], number])[]): Act['kind'] {
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0)
  let rest = fraction * total
  for (const [kind, weight] of kinds) {
    rest -= weight
    if (rest < 0) return kind
  }
  return 'message'
}
