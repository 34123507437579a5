// One run of the model: three servers, drawn acts, and the verdict. A run that fails is played again with fewer acts, down to the shortest
// beginning that fails.
// spec: docs/architecture.md (tests)

import type { TestScope } from '#platform/database/test-database.ts'
import { seededRandom } from '#platform/random/random.ts'
import type { RoomVersionId } from '#protocol/room-versions/room-versions.ts'
import { type Act, drawActs } from './acts.ts'
import { judgeRun, type Verdict } from './findings.ts'
import { type Cast, newCast, newWorld, play, reunite } from './play.ts'

export interface Run {
  readonly seed: number
  readonly version: RoomVersionId
  /** Acts to draw. */
  readonly acts: number
  /** Acts side by side; 1 unless told. */
  readonly atOnce?: number
  /** With a dishonest server in the room. */
  readonly withLies?: boolean
}

export interface Outcome extends Verdict {
  /** Acts that the rules allowed. */
  readonly done: number
}

export const actsOf = ({ seed, acts, withLies }: Run): Act[] => drawActs(seededRandom(seed), acts, withLies)

/** Plays it on fresh servers, so that it is the same each time. Whatever fails is a finding. */
export async function runModel(run: Run): Promise<Outcome> {
  const scope = newScope()
  try {
    return await runOn(await newCast(scope), run)
  } finally {
    await scope.end()
  }
}

/** Plays it in a new room of these servers, which may have had others: most of a run's time are the databases. */
export async function runOn(cast: Cast, run: Run): Promise<Outcome> {
  const world = await newWorld(cast, run.version, run.withLies)
  await play(world, actsOf(run), run.atOnce)
  await reunite(world)
  return { ...(await judgeRun(world)), done: world.done }
}

/** The fewest acts from the beginning with which the run still fails. */
export async function shortestFailure(run: Run): Promise<Run> {
  let [passes, fails] = [-1, run.acts]
  while (fails - passes > 1) {
    const acts = Math.floor((passes + fails) / 2)
    if (await hasFindings({ ...run, acts })) fails = acts
    else passes = acts
  }
  return { ...run, acts: fails }
}

async function hasFindings(run: Run): Promise<boolean> {
  try {
    return (await runModel(run)).findings.length > 0
  } catch {
    return true
  }
}

export function newScope(): TestScope & { end(): Promise<void> } {
  const acts: (() => Promise<void> | void)[] = []
  return {
    after: (act) => void acts.push(act),
    async end() {
      for (const act of acts.reverse()) await act()
    },
  }
}
