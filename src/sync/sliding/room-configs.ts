// The config of a room that several rules ask for: the most of each. Known by a text, so that a connection remembers it and sees when it
// grows.
// spec: proposals/4186 (combining and changing room configs)

import { BoundedCache } from '#platform/limits/limits.ts'
import { WantedState } from './required-state.ts'
import type { RequiredState, RoomConfig } from './sliding-request.ts'

/** Events of a room in one answer; for more a client pages. */
const MOST_EVENTS = 200
/** Combinations kept compiled, of all clients of a tenant. */
const COMPILED = 2_000

export interface CombinedConfig {
  readonly timelineLimit: number
  /** Names the required state, and can be read back from memory. */
  readonly stateText: string
  readonly state: WantedState
}

export class RoomConfigs {
  readonly #compiled = new BoundedCache<string, WantedState>({ capacity: COMPILED })
  readonly #texts = new WeakMap<RequiredState, string>()

  combine(configs: readonly RoomConfig[]): CombinedConfig {
    const texts = new Map<string, RequiredState>()
    let timelineLimit = 0
    for (const config of configs) {
      timelineLimit = Math.max(timelineLimit, Math.min(config.timelineLimit, MOST_EVENTS))
      texts.set(this.#textOf(config.requiredState), config.requiredState)
    }
    const stateText = `[${[...texts.keys()].sort().join()}]`
    return { timelineLimit, stateText, state: this.wantedState(stateText) }
  }

  /** The required state with this name. */
  wantedState(stateText: string): WantedState {
    const known = this.#compiled.get(stateText)
    if (known) return known
    const wanted = new WantedState(JSON.parse(stateText) as RequiredState[]) // our own text
    this.#compiled.set(stateText, wanted)
    return wanted
  }

  #textOf(state: RequiredState): string {
    const known = this.#texts.get(state)
    if (known !== undefined) return known
    const text = JSON.stringify(state)
    this.#texts.set(state, text)
    return text
  }
}
