// A power level as a value, and how two of them compare.
// spec: rooms/v12 #authorization-rules (room creators), client-server-api #mroompower_levels

/** An integer; or, since v12, the level of a room creator, which is above every integer and therefore no number. */
export type PowerLevel = number | 'creator'

/** Is the level at least the required one? A creator has enough for everything. */
export function isAtLeast(level: PowerLevel, required: number): boolean {
  return level === 'creator' || level >= required
}

/** Is the level strictly above the other one? Creators do not outrank each other. */
export function outranks(level: PowerLevel, other: PowerLevel): boolean {
  if (other === 'creator') return false
  return level === 'creator' || level > other
}

/** Below zero: `a` is lower than `b`. For sorting. */
export function comparePowerLevels(a: PowerLevel, b: PowerLevel): number {
  if (a === b) return 0
  return outranks(a, b) ? 1 : -1
}
