// Who created a room.
// spec: rooms/v1 (content.creator), rooms/v11 (sender), rooms/v12 (additional_creators)

import type { RoomEvent } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, stringAt } from '#protocol/json/json.ts'

/** The user who made the room: `content.creator` until v10, the sender since v11. Undefined: an old event that names none. */
export function creatorOf(create: RoomEvent): UserId | undefined {
  if (create.version.creatorIsSender) return create.sender
  return stringAt(create.content, 'creator') as UserId | undefined
}

/** Everybody who counts as creator: one user until v11; since v12 also `additional_creators`. Without repetition. */
export function creatorsOf(create: RoomEvent): readonly UserId[] {
  const creator = creatorOf(create)
  const creators = new Set<UserId>(creator === undefined ? [] : [creator])
  for (const user of additionalCreators(create)) if (typeof user === 'string') creators.add(user as UserId)
  return [...creators]
}

/** As `creatorsOf(create).includes(user)`, allocating nothing: this is asked for every message. */
export function isCreator(user: string, create: RoomEvent): boolean {
  return creatorOf(create) === user || additionalCreators(create).includes(user)
}

const none: readonly unknown[] = Object.freeze([])

function additionalCreators(create: RoomEvent): readonly unknown[] {
  if (!create.version.creatorsOutrank) return none
  return arrayAt(create.content, 'additional_creators') ?? none
}
