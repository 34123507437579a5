// Push conditions, compiled once per rule into a check of an event.
// spec: client-server-api/modules/push.md #conditions-1

import { compileGlob, containsWords } from '#protocol/glob/glob.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { stringAt } from '#protocol/json/json.ts'
import { parsePropertyPath } from '#protocol/property-path/property-path.ts'
import type { EventForRules } from './event-for-rules.ts'

/** What conditions need to know beyond the event. Numbers, so that nothing here depends on how power levels are read. */
export interface RuleContext {
  /** Joined members of the room. */
  readonly memberCount: number
  /** The rule owner's display name in the room. */
  readonly displayName: string | undefined
  /** The sender's power level; `Infinity` for a creator since v12. */
  readonly senderLevel: number
  /** Power needed to notify by key (`room`), from `notifications` of the power levels event. Absent keys need 50. */
  readonly notificationLevels: { readonly [key: string]: number }
}

export type Check = (event: EventForRules, context: RuleContext) => boolean

/** Compiles one condition. Undefined: an unknown kind or missing parameters, so that it can never match. */
export function compileCondition(condition: JsonObject): Check | undefined {
  const kind = stringAt(condition, 'kind')
  if (kind === undefined || !Object.hasOwn(compilers, kind)) return undefined
  return compilers[kind]?.(condition)
}

/** Whether this server knows the kind and the condition has what the kind requires; unknown kinds count as complete. */
export function isCompleteCondition(condition: JsonObject): boolean {
  const kind = stringAt(condition, 'kind')
  if (kind === undefined) return false
  return !Object.hasOwn(compilers, kind) || compilers[kind]?.(condition) !== undefined
}

const compilers: { readonly [kind: string]: (condition: JsonObject) => Check | undefined } = {
  event_match: compileMatch,
  event_property_is: compileEquals,
  event_property_contains: compileContains,
  contains_display_name: () => containsDisplayName, // deprecated since v1.17, but old rules have it
  room_member_count: compileMemberCount,
  sender_notification_permission: compilePermission,
}

function compileMatch(condition: JsonObject): Check | undefined {
  const key = stringAt(condition, 'key')
  const pattern = stringAt(condition, 'pattern')
  if (key === undefined || pattern === undefined) return undefined
  const path = parsePropertyPath(key)
  if (path.length === 2 && path[0] === 'content' && path[1] === 'body') return compileBodyMatch(pattern)
  const glob = compileGlob(pattern, { ignoreCase: true })
  return (event) => {
    const value = event.at(path)
    return typeof value === 'string' && glob.matches(value.toLowerCase())
  }
}

/** A match of whole words in the body: what content rules do, and `event_match` on `content.body`. */
export function compileBodyMatch(pattern: string): Check {
  const glob = compileGlob(pattern, { ignoreCase: true })
  return (event) => {
    const body = event.body
    return body !== undefined && glob.matchesWords(body)
  }
}

const isSimple = (value: Json | undefined): value is string | number | boolean | null =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)

function compileEquals(condition: JsonObject): Check | undefined {
  const key = stringAt(condition, 'key')
  const wanted = Object.hasOwn(condition, 'value') ? condition['value'] : undefined
  if (key === undefined || !isSimple(wanted)) return undefined
  const path = parsePropertyPath(key)
  return (event) => event.at(path) === wanted
}

function compileContains(condition: JsonObject): Check | undefined {
  const key = stringAt(condition, 'key')
  const wanted = Object.hasOwn(condition, 'value') ? condition['value'] : undefined
  if (key === undefined || !isSimple(wanted)) return undefined
  const path = parsePropertyPath(key)
  return (event) => {
    const values = event.at(path)
    return Array.isArray(values) && values.includes(wanted)
  }
}

const containsDisplayName: Check = (event, { displayName }) => {
  if (displayName === undefined || displayName === '') return false
  const body = event.body
  return body !== undefined && containsWords(body, displayName.toLowerCase())
}

const comparison = /^(==|<=|>=|<|>)?([0-9]{1,15})$/

function compileMemberCount(condition: JsonObject): Check | undefined {
  const [, operator, digits] = comparison.exec(stringAt(condition, 'is') ?? '') ?? []
  if (digits === undefined) return undefined
  const limit = Number(digits)
  switch (operator) {
    case '<':
      return (_, { memberCount }) => memberCount < limit
    case '>':
      return (_, { memberCount }) => memberCount > limit
    case '<=':
      return (_, { memberCount }) => memberCount <= limit
    case '>=':
      return (_, { memberCount }) => memberCount >= limit
    default:
      return (_, { memberCount }) => memberCount === limit
  }
}

/** What a notification needs when the power levels event does not say. */
const defaultNotificationLevel = 50

function compilePermission(condition: JsonObject): Check | undefined {
  const key = stringAt(condition, 'key')
  if (key === undefined) return undefined
  return (_, { senderLevel, notificationLevels }) => {
    const needed = Object.hasOwn(notificationLevels, key) ? notificationLevels[key] : undefined
    return senderLevel >= (needed ?? defaultNotificationLevel)
  }
}
