// Dot-separated paths to a property of an event, as push conditions and event filters write them. Face of the folder.
// spec: appendices #dot-separated-property-paths

import { isObject, type Json } from '#protocol/json/json.ts'

/** The names on the way to a property, outermost first. Never empty. */
export type PropertyPath = readonly string[]

/**
 * Reads a path. A backslash takes the next dot or backslash literally (`content.m\.relates_to`); before anything else it
 * stands for itself. Any text is a path.
 */
export function parsePropertyPath(text: string): PropertyPath {
  const names: string[] = []
  let name = ''
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]
    const next = text[at + 1]
    if (unit === '\\' && (next === '.' || next === '\\')) {
      name += next
      at++
    } else if (unit === '.') {
      names.push(name)
      name = ''
    } else name += unit
  }
  names.push(name)
  return names
}

/** Writes a path that `parsePropertyPath` reads back as `names`. */
export function formatPropertyPath(names: PropertyPath): string {
  return names.map((name) => name.replace(/[.\\]/g, '\\$&')).join('.')
}

/** The value at `path` below `value`, counting from the name at index `from`; undefined if anything on the way is absent. */
export function propertyAt(value: Json | undefined, path: PropertyPath, from = 0): Json | undefined {
  let found = value
  for (let index = from; index < path.length; index++) {
    found = ownMember(found, path[index])
    if (found === undefined) return undefined
  }
  return found
}

/** A member that an object itself has: `constructor` and the like, which every object inherits, are not content. */
function ownMember(value: Json | undefined, name: string | undefined): Json | undefined {
  if (!isObject(value) || name === undefined) return undefined
  return Object.hasOwn(value, name) ? value[name] : undefined
}
