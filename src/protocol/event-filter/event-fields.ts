// `event_fields`: gives a client only the properties of events that it asked for.
// spec: client-server-api, definitions/sync_filter (event_fields); appendices #dot-separated-property-paths

import { isObject, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import type { PropertyPath } from '#protocol/property-path/property-path.ts'

/** `whole`: the value with all that is in it. Otherwise the members to keep of an object. */
type Wanted = 'whole' | Map<string, Wanted>

export type FieldPicker = (event: JsonObject) => JsonObject

/** Compiles the asked paths. The picker copies, and never finds what an object only inherits. */
export function compileEventFields(paths: readonly PropertyPath[]): FieldPicker {
  const wanted = new Map<string, Wanted>()
  for (const path of paths) addPath(wanted, path)
  return (event) => pick(event, wanted)
}

function addPath(root: Map<string, Wanted>, path: PropertyPath): void {
  let members = root
  for (const [index, name] of path.entries()) {
    const known = members.get(name)
    if (known === 'whole') return
    if (index === path.length - 1) {
      members.set(name, 'whole')
      return
    }
    const next: Map<string, Wanted> = known ?? new Map()
    members.set(name, next)
    members = next
  }
}

function pick(object: JsonObject, wanted: ReadonlyMap<string, Wanted>): JsonObject {
  const picked: [string, Json][] = []
  for (const [name, inner] of wanted) {
    const value = member(object, name)
    if (value === undefined) continue
    if (inner === 'whole') picked.push([name, value])
    else if (isObject(value)) picked.push([name, pick(value, inner)])
  }
  return Object.fromEntries(picked) // defines members, so that `__proto__` stays a member
}
