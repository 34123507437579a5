// Where we and the other server differ and the specification decides for us: docs/decisions/0035. Whatever is not here is a finding.
// spec: rooms/v1 to v12 #authorization-rules

import type { RoomEvent } from '#protocol/events/events.ts'
import { stringAt } from '#protocol/json/json.ts'

interface Decided {
  readonly why: string
  /** `ours`: the rule by which we refuse; undefined where we allow. They do the opposite, and this is what they say. */
  readonly covers: (event: RoomEvent, ours: string | undefined, theirs: string | null | undefined) => boolean
}

const decided: readonly Decided[] = [
  {
    why: 'They compare power levels with those at the same state key; the rules ask for the power levels of the room.',
    covers: ({ type, stateKey }, ours) => type === 'm.room.power_levels' && stateKey !== '' && ours !== undefined,
  },
  {
    why: 'Until v9 they read levels as Python does: true, 1.5 and digits of any script are integers to them.',
    covers: ({ version }, ours) =>
      !version.integerPowerLevels && (ours === 'power-levels/not-a-level' || ours === 'power-levels/users-not-levels'),
  },
  {
    why: 'They take user IDs with an empty server name, or with none of its form.',
    covers: (_event, ours) => ours === 'power-levels/users-not-user-ids',
  },
  {
    why: 'They ask for the voucher’s signature on joins only; the rule stands above all memberships.',
    covers: ({ content }, ours) => ours === 'signatures' && stringAt(content, 'membership') !== 'join',
  },
  {
    why: 'In a room that is not federated they look at who is invited as well; the rule looks at the sender.',
    covers: ({ type }, ours, theirs) =>
      ours === undefined && type === 'm.room.member' && theirs?.includes('unfederatable') === true,
  },
]

export const isDecided = (event: RoomEvent, ours: string | undefined, theirs: string | null | undefined): boolean =>
  decided.some(({ covers }) => covers(event, ours, theirs))
