// Tags of rooms: the room account data `m.tag`, changed one tag at a time.
// spec: modules/tags

import type { Database } from '#platform/database/database.ts'
import { holds, StaleAct, type Stream } from '#platform/stream/stream.ts'
import { badJson, forbidden, invalidParam } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, member, objectAt, withMember, withoutMembers } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import { accountDataChange } from './account-data.ts'
import { accountDataAbsent, accountDataUnchanged, selectAccountData } from './store/account-data.ts'
import type { UserTurns } from './user-turns.ts'

const MAX_TAG_BYTES = 255
/** Tags of one room: a client shows a handful. */
const MAX_TAGS = 100
/** Tries against another process that tags the same room. */
const MAX_TRIES = 5

export class Tags {
  readonly #database: Database
  readonly #stream: Stream
  readonly #turns: UserTurns

  constructor(parts: { database: Database; stream: Stream; turns: UserTurns }) {
    this.#database = parts.database
    this.#stream = parts.stream
    this.#turns = parts.turns
  }

  /** The tags of a room, by name. */
  async get(userId: UserId, roomId: RoomId): Promise<JsonObject> {
    return tagsIn((await this.#read(userId, roomId)).content)
  }

  /** @throws `M_INVALID_PARAM` for a name over 255 bytes or an order outside [0, 1]; `M_BAD_JSON`; 403 over 100 tags. */
  async set(key: { userId: UserId; roomId: RoomId }, tag: string, info: JsonObject): Promise<void> {
    checkTag(tag, info)
    await this.#change(key.userId, key.roomId, (tags) => {
      if (!Object.hasOwn(tags, tag) && Object.keys(tags).length >= MAX_TAGS) {
        throw forbidden('accounts/too-many-tags', `A room has at most ${MAX_TAGS} tags. Remove one first.`)
      }
      return withMember(tags, tag, info)
    })
  }

  /** The tag need not be there. */
  async delete(key: { userId: UserId; roomId: RoomId }, tag: string): Promise<void> {
    await this.#change(key.userId, key.roomId, (tags) => (Object.hasOwn(tags, tag) ? withoutMembers(tags, tag) : tags))
  }

  async #read(userId: UserId, roomId: RoomId): Promise<{ content: JsonObject; position: number }> {
    const row = await this.#database.one(selectAccountData, userId, roomId, 'm.tag')
    return row === undefined
      ? { content: {}, position: 0 }
      : { content: JSON.parse(row.content) as JsonObject, position: row.position }
  }

  #change(userId: UserId, roomId: RoomId, change: (tags: JsonObject) => JsonObject): Promise<void> {
    return this.#turns.run(userId, async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          await this.#changeOnce(userId, roomId, change)
          return
        } catch (error) {
          if (!(error instanceof StaleAct) || tries === MAX_TRIES) throw error
        }
      }
    })
  }

  async #changeOnce(userId: UserId, roomId: RoomId, change: (tags: JsonObject) => JsonObject): Promise<void> {
    const { content, position } = await this.#read(userId, roomId)
    const before = tagsIn(content)
    const tags = change(before)
    if (tags === before) return
    const key = { userId, roomId, type: 'm.tag' }
    const { fact, row } = accountDataChange(key, withMember(content, 'tags', tags))
    const unchanged = position === 0 ? holds(accountDataAbsent, key) : holds(accountDataUnchanged, { ...key, position })
    await this.#stream.append({ facts: [fact], rows: [row(0)], guards: [unchanged] })
  }
}

const tagsIn = (content: JsonObject): JsonObject => objectAt(content, 'tags') ?? {}

function checkTag(tag: string, info: JsonObject): void {
  if (tag === '' || !fitsIn(tag, MAX_TAG_BYTES))
    throw invalidParam(`The name of a tag has 1 to ${MAX_TAG_BYTES} bytes.`)
  const order = member(info, 'order')
  if (order === undefined) return
  if (typeof order !== 'number') throw badJson('"order" must be a number between 0 and 1.')
  if (!(order >= 0 && order <= 1)) throw invalidParam('"order" must be between 0 and 1.')
}
