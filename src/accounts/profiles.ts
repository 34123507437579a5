// Profiles of local users. A change is a fact that the room engine follows to update member events.
// spec: client-server-api #profiles

import type { Database } from '#platform/database/database.ts'
import { holds, type Position, StaleAct, type Stream, write } from '#platform/stream/stream.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, member, stringAt, withMember, withoutMembers } from '#protocol/json/json.ts'
import { checkFieldName, fieldValue, profileText } from './profile-fields.ts'
import {
  profileUnchanged,
  selectProfile,
  selectProfileChanges,
  selectProfiles,
  upsertProfile,
} from './store/profiles.ts'
import type { UserTurns } from './user-turns.ts'

/** What member events carry. */
export interface ShortProfile {
  readonly displayName: string | undefined
  readonly avatarUrl: string | undefined
}

export interface ProfileChange extends ShortProfile {
  readonly position: Position
  readonly userId: UserId
}

/** Tries against another process that writes the same profile: each loss means that the other one won. */
const MAX_TRIES = 5

export class Profiles {
  readonly #database: Database
  readonly #stream: Stream
  readonly #turns: UserTurns

  constructor(parts: { database: Database; stream: Stream; turns: UserTurns }) {
    this.#database = parts.database
    this.#stream = parts.stream
    this.#turns = parts.turns
  }

  /** All fields by their wire names; undefined when there is no such local account. */
  async get(userId: UserId): Promise<JsonObject | undefined> {
    return (await this.#read(userId))?.fields
  }

  /** Name and picture of several users in one read; users without a profile are absent. */
  async short(userIds: readonly UserId[]): Promise<Map<UserId, ShortProfile>> {
    const rows = await this.#database.run(selectProfiles, userIds)
    return new Map(rows.map((row) => [row.user_id as UserId, shortProfile(parseFields(row.fields))]))
  }

  /**
   * Sets one field.
   *
   * @throws `M_KEY_TOO_LARGE`, `M_INVALID_PARAM`, `M_BAD_JSON`, `M_PROFILE_TOO_LARGE`.
   */
  async setField(userId: UserId, name: string, value: Json): Promise<void> {
    checkFieldName(name)
    const stored = fieldValue(name, value)
    await this.#change(userId, (fields) =>
      stored === undefined ? withoutMembers(fields, name) : withMember(fields, name, stored),
    )
  }

  /** Removes one field; it need not be there. */
  async deleteField(userId: UserId, name: string): Promise<void> {
    checkFieldName(name)
    await this.#change(userId, (fields) => withoutMembers(fields, name))
  }

  /** Removes everything. */
  erase(userId: UserId): Promise<void> {
    return this.#change(userId, () => ({}))
  }

  /** Profiles whose latest change lies in (after, upTo], in order: for followers. */
  async changes(after: Position, upTo: Position, limit: number): Promise<ProfileChange[]> {
    const rows = await this.#database.run(selectProfileChanges, after, upTo, limit)
    return rows.map((row) => ({
      position: row.position,
      userId: row.user_id as UserId,
      ...shortProfile(parseFields(row.fields)),
    }))
  }

  async #read(userId: UserId): Promise<{ fields: JsonObject; position: Position } | undefined> {
    const row = await this.#database.one(selectProfile, userId)
    return row && { fields: parseFields(row.fields), position: row.position }
  }

  #change(userId: UserId, change: (fields: JsonObject) => JsonObject): Promise<void> {
    return this.#turns.run(userId, async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          await this.#changeOnce(userId, change)
          return
        } catch (error) {
          if (!(error instanceof StaleAct) || tries === MAX_TRIES) throw error
        }
      }
    })
  }

  async #changeOnce(userId: UserId, change: (fields: JsonObject) => JsonObject): Promise<void> {
    const before = await this.#read(userId)
    if (before === undefined) throw new Error('A profile needs an account.')
    const fields = change(before.fields)
    const stored = profileText(fields)
    // Nothing changed: no fact, so no member events in every room.
    if (stored === profileText(before.fields)) return
    await this.#stream.append({
      facts: [{ kind: 'profile', user: userId, payload: shortProfile(fields) }],
      rows: [write(upsertProfile, { userId, fields: stored }, 0)],
      guards: before.position === 0 ? [] : [holds(profileUnchanged, { userId, position: before.position })],
    })
  }
}

export const shortProfile = (fields: JsonObject): ShortProfile => ({
  displayName: stringAt(fields, 'displayname'),
  avatarUrl: stringAt(fields, 'avatar_url'),
})

/** One field; undefined when it is not there. */
export const profileField = (fields: JsonObject, name: string): Json | undefined => member(fields, name)

const parseFields = (text: string): JsonObject => JSON.parse(text) as JsonObject
