// One level as it stands in the content of m.room.power_levels: what counts as an integer differs between room versions.
// spec: rooms/fragments/v1-stringy-power-levels, rooms/fragments/v1-floaty-power-levels, rooms/v10 (integers only)

import { type Json, numberOf } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'

type LevelRules = Pick<RoomVersion, 'integerPowerLevels' | 'strictCanonicalJson'>

const integerText = /^\s*[+-]?[0-9]+\s*$/

/**
 * Reads one level. Undefined: not a level in this room version.
 *
 * Since v10 integers only; until v9 also a string that is an integer; until v5 also a float, truncated towards zero.
 */
export function parseLevel(value: Json | undefined, version: LevelRules): number | undefined {
  const number = numberOf(value)
  if (number !== undefined) return parseNumber(number, version)
  if (version.integerPowerLevels || typeof value !== 'string') return undefined
  return integerText.test(value) ? finite(Number(value)) : undefined
}

function parseNumber(value: number, version: LevelRules): number | undefined {
  if (Number.isSafeInteger(value)) return value
  return version.strictCanonicalJson ? undefined : finite(Math.trunc(value))
}

/** Beyond a double there is no level. Adding 0 turns −0 into 0, so that the two do not count as a change. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined
}
