// What the user's own data say about their rooms: which are direct chats, which tags they carry, whether invites are wanted at all. From
// memory, until the user's account data change.
// spec: client-server-api/modules/instant_messaging.md (m.direct), tags.md, invite_permission.md; proposals/4186 (SlidingRoomFilter)

import { BoundedCache } from '#platform/limits/limits.ts'
import type { StreamedFact } from '#platform/stream/stream.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, objectAt } from '#protocol/json/json.ts'
import { blocksInvites } from '../invitations.ts'
import type { AccountSource } from '../sources.ts'

/** Marked rooms in memory over all users of the tenant, and some for each user: some 100 bytes each. */
const MARKED_ROOMS = 200_000
const nobody: ReadonlySet<string> = new Set()

export interface UserMarks {
  readonly direct: ReadonlySet<string>
  readonly blocksInvites: boolean
  readonly tags: ReadonlyMap<string, ReadonlySet<string>>
}

export const tagsOf = ({ tags }: UserMarks, roomId: RoomId): ReadonlySet<string> => tags.get(roomId) ?? nobody

export class MarksOfUsers {
  readonly #accounts: AccountSource
  readonly #marks = new BoundedCache<UserId, UserMarks>({
    capacity: MARKED_ROOMS,
    weigh: ({ direct, tags }) => direct.size + tags.size + 10,
  })
  /** Grows with every change, so that what was read before it is not kept. */
  #epoch = 0

  constructor(accounts: AccountSource) {
    this.#accounts = accounts
  }

  async of(userId: UserId): Promise<UserMarks> {
    const known = this.#marks.get(userId)
    if (known) return known
    const epoch = this.#epoch
    const { accountData } = this.#accounts
    const [direct, tags, blocks] = await Promise.all([
      accountData.get({ userId, type: 'm.direct' }),
      accountData.inRooms(userId, 'm.tag'),
      blocksInvites(this.#accounts, { userId }),
    ])
    const marks = {
      direct: directRooms(direct?.content),
      blocksInvites: blocks,
      tags: new Map(tags.map(({ roomId, content }) => [roomId ?? '', namesOfTags(content)])),
    }
    if (epoch === this.#epoch) this.#marks.set(userId, marks)
    return marks
  }

  /** Another process has committed nobody knows what, or `facts` were committed. */
  noteCommit(facts: readonly StreamedFact[]): void {
    if (facts.length === 0) {
      this.#epoch += 1
      this.#marks.clear()
      return
    }
    for (const { kind, user } of facts) {
      if (kind !== 'account-data' || user === undefined) continue
      this.#epoch += 1
      this.#marks.delete(user as UserId)
    }
  }
}

function directRooms(content: string | undefined): ReadonlySet<string> {
  const rooms = new Set<string>()
  if (content === undefined) return rooms
  for (const list of Object.values(JSON.parse(content) as JsonObject)) {
    if (Array.isArray(list)) for (const roomId of list) if (typeof roomId === 'string') rooms.add(roomId)
  }
  return rooms
}

function namesOfTags(content: string): ReadonlySet<string> {
  const parsed: unknown = JSON.parse(content) // our own text
  const tags = isObject(parsed as JsonObject) ? objectAt(parsed as JsonObject, 'tags') : undefined
  return new Set(Object.keys(tags ?? {}))
}
