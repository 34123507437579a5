// Which state of a room a client wants: what any of its configs includes and that config does not exclude.
// spec: proposals/4186 (RequiredStateRequest, combining room configs)

import type { StateKey } from '#rooms/rooms.ts'
import type { RequiredState, StatePattern } from './sliding-request.ts'

const MEMBER = 'm.room.member'

/** State that can be looked up without looking through all of it. */
const isExact = (pattern: StatePattern): pattern is StateKey =>
  pattern.type !== undefined && pattern.stateKey !== undefined

function matches({ type, stateKey }: StatePattern, key: StateKey): boolean {
  return (type === undefined || type === key.type) && (stateKey === undefined || stateKey === key.stateKey)
}

/** Patterns without a state key leave members out where they are loaded lazily. */
function includes({ include, exclude, lazyMembers }: RequiredState, key: StateKey): boolean {
  const isIncluded = include.some((pattern) => {
    if (lazyMembers && key.type === MEMBER && pattern.stateKey === undefined) return false
    return matches(pattern, key)
  })
  return isIncluded && !exclude.some((pattern) => matches(pattern, key))
}

export class WantedState {
  readonly #configs: readonly RequiredState[]
  /** State to look up by its key. */
  readonly exact: readonly StateKey[]
  /** Patterns ask for more than single keys: the state must be looked through. */
  readonly asksBeyondKeys: boolean
  /** They may match members, so those must be looked through as well. */
  readonly asksForMembers: boolean
  readonly lazyMembers: boolean

  constructor(configs: readonly RequiredState[]) {
    this.#configs = configs
    const exact = new Map<string, StateKey>()
    for (const { include } of configs) {
      for (const { type = MEMBER, stateKey } of include) {
        // A state key alone may be a member's, and members are not looked through for one.
        if (stateKey === undefined || !this.wants({ type, stateKey })) continue
        exact.set(`${type}\0${stateKey}`, { type, stateKey })
      }
    }
    this.exact = [...exact.values()]
    this.asksBeyondKeys = configs.some(({ include }) => include.some((pattern) => !isExact(pattern)))
    const askingForMembers = configs.filter(asksForMembers)
    this.asksForMembers = askingForMembers.length > 0
    this.lazyMembers = !askingForMembers.some(leavesNoMemberOut) && configs.some(({ lazyMembers }) => lazyMembers)
  }

  wants(key: StateKey): boolean {
    return this.#configs.some((config) => includes(config, key))
  }
}

const mayBeMember = ({ type }: StatePattern): boolean => type === undefined || type === MEMBER

const isWide = (pattern: StatePattern): boolean => mayBeMember(pattern) && pattern.stateKey === undefined

const asksForMembers = ({ include, exclude, lazyMembers }: RequiredState): boolean =>
  !lazyMembers && include.some(isWide) && !exclude.some(isWide)

const leavesNoMemberOut = ({ exclude }: RequiredState): boolean => !exclude.some(mayBeMember)
