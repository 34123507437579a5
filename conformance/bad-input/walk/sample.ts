// A sample of the wrong requests, the same for the same seed: some of every operation, and every sort that there is.

import { seededRandom } from '#platform/random/random.ts'
import type { Chooser } from './walk-operation.ts'

export interface Sample {
  readonly choose: Chooser
  /** Sorts that were offered and not chosen. */
  leftOut(): readonly string[]
}

/** @param most requests of one operation, for each right request that it has */
export function sample(seed: number, most: number): Sample {
  const random = seededRandom(seed)
  const chosen = new Map<string, number>()
  const timesOf = (sort: string) => chosen.get(sort) ?? 0
  return {
    choose(all) {
      for (const { sort } of all) chosen.set(sort, timesOf(sort))
      // What has been tried least comes first, and chance decides among those.
      const order = all.map((wrong) => ({ wrong, times: timesOf(wrong.sort), chance: random.fraction() }))
      order.sort((a, b) => a.times - b.times || a.chance - b.chance)
      const first = Map.groupBy(order, ({ wrong }) => wrong.sort)
      const taken = [...first.values()].flatMap(([each]) => (each === undefined ? [] : [each.wrong])).slice(0, most)
      for (const { sort } of taken) chosen.set(sort, timesOf(sort) + 1)
      return taken
    },
    leftOut: () => [...chosen].filter(([, times]) => times === 0).map(([sort]) => sort),
  }
}
