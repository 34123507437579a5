// Keeps the names by which people are found: of our users their profiles, of others what they call themselves in each room, so that a name
// used in one room is not told in another.
// spec: client-server-api, POST /user_directory/search

import type { Accounts, ShortProfile } from '#accounts/accounts.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import { type RoomId, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'
import { storable } from '../index/storable.ts'
import { wordsText } from '../index/words.ts'
import { shownEvent } from '../read/event-form.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { ownNamesAmong, remoteMembers, removeNames, removeNamesOfRoom, writeNames } from '../store/person-names.ts'

interface Name {
  readonly roomNid: number
  readonly userId: UserId
  readonly displayName: string | undefined
  readonly avatarUrl: string | undefined
}

/** The profiles of our users have no room. */
const OWN = 0
/** Members read and written at once. */
const CHUNK = 500
/** Characters kept of a name: "256 bytes" is what servers take; hostile ones send more. */
const LONGEST_NAME = 256
const LONGEST_ADDRESS = 1_000

export class PeopleNames {
  readonly #engine: Engine
  readonly #accounts: Pick<Accounts, 'profiles' | 'users'>

  constructor(engine: Engine, accounts: Pick<Accounts, 'profiles' | 'users'>) {
    this.#engine = engine
    this.#accounts = accounts
  }

  /** Takes in member events, in order. */
  async note(events: readonly KnownEvent[]): Promise<void> {
    const names = new Map<string, Name>()
    const gone = new Map<string, Name>()
    const ours = new Set<UserId>()
    for (const known of events) {
      const { roomNid } = known
      const event = shownEvent(known)
      const name = nameIn(roomNid, event)
      if (!name) continue
      const key = `${roomNid} ${name.userId}`
      const isJoined = event.content['membership'] === 'join'
      if (this.#isOurs(name.userId)) {
        if (isJoined) ours.add(name.userId)
      } else if (isJoined) {
        names.set(key, name)
        gone.delete(key)
      } else {
        gone.set(key, name)
        names.delete(key)
      }
    }
    await this.#write([...names.values()])
    await this.#remove([...gone.values()])
    await this.#enterOwn([...ours])
  }

  /** New profiles of our users. */
  async noteProfiles(profiles: readonly (ShortProfile & { readonly userId: UserId })[]): Promise<void> {
    // Of two changes in one batch the later one is written.
    const latest = new Map(profiles.map((profile) => [profile.userId, { ...profile, roomNid: OWN }]))
    for (const { userId, displayName } of latest.values()) {
      // An account that ends loses its name, and must not come back by that.
      const isGone = displayName === undefined && (await this.#accounts.users.get(userId))?.isDeactivated
      if (isGone) latest.delete(userId)
    }
    await this.#write([...latest.values()])
  }

  async noteGone(users: readonly UserId[]): Promise<void> {
    await this.#remove(users.map((userId) => ({ roomNid: OWN, userId })))
  }

  /** Everyone in a room that we have come into. */
  async enterRoom(roomId: RoomId): Promise<void> {
    const { database } = this.#engine.parts
    const roomNid = (await this.#engine.room(roomId))?.committed.roomNid
    if (roomNid === undefined) return
    for (let after = ''; ; ) {
      const rows = await database.run(remoteMembers, roomNid, after, CHUNK)
      const events = await this.#engine.log.byNids(rows.map((row) => row.event_nid))
      await this.note([...events.values()])
      const last = rows.at(-1)
      if (!last || rows.length < CHUNK) return
      after = last.user_id
    }
  }

  async leaveRoom(roomId: RoomId): Promise<void> {
    const roomNid = (await this.#engine.room(roomId))?.committed.roomNid
    if (roomNid !== undefined) await this.#engine.parts.database.run(removeNamesOfRoom, roomNid)
  }

  /** Our users are found from their first room on, named or not. */
  async #enterOwn(users: readonly UserId[]): Promise<void> {
    if (users.length === 0) return
    const known = new Set((await this.#engine.parts.database.run(ownNamesAmong, users)).map((row) => row.user_id))
    const fresh = users.filter((userId) => !known.has(userId))
    if (fresh.length === 0) return
    const profiles = await this.#accounts.profiles.short(fresh)
    const nameless: ShortProfile = { displayName: undefined, avatarUrl: undefined }
    await this.noteProfiles(fresh.map((userId) => ({ userId, ...(profiles.get(userId) ?? nameless) })))
  }

  async #write(names: readonly Name[]): Promise<void> {
    for (let at = 0; at < names.length; at += CHUNK) {
      const some = names.slice(at, at + CHUNK)
      await this.#engine.parts.database.run(
        writeNames,
        some.map(({ roomNid }) => roomNid),
        some.map(({ userId }) => userId),
        some.map(({ displayName }) => storable(displayName)),
        some.map(({ avatarUrl }) => storable(avatarUrl)),
        some.map(({ displayName, userId }) => wordsText(`${displayName ?? ''} ${userId}`)),
      )
    }
  }

  async #remove(names: readonly Pick<Name, 'roomNid' | 'userId'>[]): Promise<void> {
    if (names.length === 0) return
    const [rooms, users] = [names.map(({ roomNid }) => roomNid), names.map(({ userId }) => userId)]
    await this.#engine.parts.database.run(removeNames, rooms, users)
  }

  #isOurs(userId: UserId): boolean {
    return serverNameOf(userId) === this.#engine.parts.serverName
  }
}

function nameIn(roomNid: number, event: RoomEvent): Name | undefined {
  if (event.type !== 'm.room.member' || event.stateKey === undefined) return undefined
  return {
    roomNid,
    // The rules let nobody in whose ID is none.
    userId: event.stateKey as UserId,
    displayName: storable(stringAt(event.content, 'displayname'))?.slice(0, LONGEST_NAME) || undefined,
    avatarUrl: storable(stringAt(event.content, 'avatar_url'))?.slice(0, LONGEST_ADDRESS) || undefined,
  }
}
