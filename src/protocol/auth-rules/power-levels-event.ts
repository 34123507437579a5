// Changing power levels.
// spec: rooms/v12 #authorization-rules, rule 10; rooms/v10 rule 9; rooms/v6 rule 9; rooms/v1 rule 10

import { parseUserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, member, objectAt } from '#protocol/json/json.ts'
import { isAtLeast, isCreator, outranks, type PowerLevel, parseLevel } from '#protocol/power-levels/power-levels.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import type { RoomAtEvent } from './room-at-event.ts'
import { allow, deny, type Verdict } from './verdict.ts'

const singleLevels = ['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'] as const

export function authorizePowerLevels(room: RoomAtEvent): Verdict {
  const { content, version } = room.event
  const format = checkFormat(content, version)
  if (!format.allowed) return format
  if (version.creatorsOutrank && namesCreator(room)) {
    return deny(
      'power-levels/names-creator',
      'The creators of a room have no power level that can be set. Leave them out of the list.',
    ) // 10.4 since v12
  }
  const before = room.power.levels
  if (before === undefined) return allow // 10.5
  const change: Change = { before, after: content, version, sender: room.event.sender, level: room.senderLevel }
  for (const check of [checkSingleLevels, checkEntries, checkUsers]) {
    const verdict = check(change)
    if (!verdict.allowed) return verdict
  }
  return allow // 10.11
}

interface Change {
  readonly before: JsonObject
  readonly after: JsonObject
  readonly version: RoomVersion
  readonly sender: string
  readonly level: PowerLevel
}

/**
 * 10.1 to 10.3. Until v9 the rules ask only that `users` be levels; a level elsewhere that is none makes the later comparisons
 * meaningless, so it is refused in every version, read with that version's tolerance.
 */
function checkFormat(content: JsonObject, version: RoomVersion): Verdict {
  for (const name of singleLevels) {
    if (Object.hasOwn(content, name) && parseLevel(member(content, name), version) === undefined) {
      return deny('power-levels/not-a-level', `The power level “${name}” must be an integer. Correct it.`)
    }
  }
  for (const name of entryMembers(version)) {
    if (Object.hasOwn(content, name) && !areLevels(member(content, name), version)) {
      return deny('power-levels/not-a-level', `The power levels in “${name}” must be integers. Correct them.`)
    }
  }
  // An absent `users` is an empty one.
  if (!Object.hasOwn(content, 'users')) return allow
  const users = member(content, 'users')
  if (!areLevels(users, version)) {
    return deny('power-levels/users-not-levels', 'The power levels of users must be integers. Correct them.')
  }
  return Object.keys(users).every((user) => parseUserId(user) !== undefined)
    ? allow
    : deny('power-levels/users-not-user-ids', 'The power levels of users must be listed by user ID. Correct the list.')
}

function areLevels(value: unknown, version: RoomVersion): value is JsonObject {
  return isObject(value) && Object.values(value).every((level) => parseLevel(level, version) !== undefined)
}

/** Since v6 `notifications` is judged like `events`. */
const entryMembers = (version: RoomVersion): readonly string[] =>
  version.authorizeNotificationLevels ? ['events', 'notifications'] : ['events']

function namesCreator(room: RoomAtEvent): boolean {
  const users = objectAt(room.event.content, 'users')
  return users !== undefined && Object.keys(users).some((user) => isCreator(user, room.create))
}

const tooHigh = 'You can neither set nor change a power level that is above your own. Ask someone with a higher one.'

/** 10.6: added, changed or removed. */
function checkSingleLevels(change: Change): Verdict {
  for (const name of singleLevels) {
    if (!isWithinReach(levelsAt(change, change.before, change.after, name), change.level)) {
      return deny('power-levels/above-own', tooHigh)
    }
  }
  return allow
}

/** 10.7 (changed or removed: the value before) and 10.8 (added or changed: the value after). */
function checkEntries(change: Change): Verdict {
  for (const name of entryMembers(change.version)) {
    const before = objectAt(change.before, name) ?? {}
    const after = objectAt(change.after, name) ?? {}
    for (const key of keysOfBoth(before, after)) {
      if (!isWithinReach(levelsAt(change, before, after, key), change.level)) {
        return deny(`power-levels/${name}-above-own`, tooHigh)
      }
    }
  }
  return allow
}

/** 10.9 (changed or removed, except one's own) and 10.10 (added or changed). */
function checkUsers(change: Change): Verdict {
  const before = objectAt(change.before, 'users') ?? {}
  const after = objectAt(change.after, 'users') ?? {}
  for (const user of keysOfBoth(before, after)) {
    const { old, next } = levelsAt(change, before, after, user)
    if (old === next) continue
    if (old !== undefined && user !== change.sender && !outranks(change.level, old)) {
      return deny(
        'power-levels/user-not-outranked',
        'You can only change the power level of people below you. Ask someone with a higher one.',
      )
    }
    if (next !== undefined && !isAtLeast(change.level, next)) {
      return deny(
        'power-levels/user-above-own',
        'You cannot give anybody a power level above your own. Ask someone with a higher one.',
      )
    }
  }
  return allow
}

interface Levels {
  readonly old: number | undefined
  readonly next: number | undefined
}

function levelsAt({ version }: Change, before: JsonObject, after: JsonObject, key: string): Levels {
  return { old: parseLevel(member(before, key), version), next: parseLevel(member(after, key), version) }
}

function isWithinReach({ old, next }: Levels, level: PowerLevel): boolean {
  if (old === next) return true
  return (old === undefined || isAtLeast(level, old)) && (next === undefined || isAtLeast(level, next))
}

const keysOfBoth = (before: JsonObject, after: JsonObject): ReadonlySet<string> =>
  new Set([...Object.keys(before), ...Object.keys(after)])
