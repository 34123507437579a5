// How deep a value is nested.
// spec: RFC 8259 §9 (an implementation may limit the depth)

import type { Json } from './json-value.ts'

/** True if arrays and objects are nested at most `levels` deep. Visits no deeper, so its own recursion is bounded. */
export function isWithinDepth(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  if (Array.isArray(value)) {
    for (const item of value) if (!isWithinDepth(item, levels - 1)) return false
    return true
  }
  for (const key in value) {
    const item = value[key]
    if (typeof item === 'object' && !isWithinDepth(item, levels - 1)) return false
  }
  return true
}
