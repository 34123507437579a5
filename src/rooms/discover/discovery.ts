// Finding rooms and people: the directory, summaries, spaces, who may be found, and where two people meet.
// spec: client-server-api #published-room-directory, modules/spaces.md, #user-directory; server-server-api #spaces

import type { Accounts } from '#accounts/accounts.ts'
import type { Follower } from '#platform/follow/follow.ts'
import type { Log } from '#platform/log/log.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { HeavyQuestions } from '../index/heavy-questions.ts'
import { reachedSoon } from '../index/reached-soon.ts'
import type { Reader } from '../read/event-form.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { isAnywhere } from '../store/mutual-rooms.ts'
import { eventNearForReader, eventNearForServer, type NearRequest } from './event-near.ts'
import { findMutualRooms, type PeopleRequest, searchPeople } from './find-people.ts'
import { followDiscovery } from './follow-discovery.ts'
import { PeopleNames } from './people-names.ts'
import { type DirectoryPage, type DirectoryRequest, listPublicRooms } from './public-rooms.ts'
import { RemoteSpaces } from './remote-spaces.ts'
import { RoomCards } from './room-cards.ts'
import { type ServedHierarchy, serveHierarchy } from './serve-hierarchy.ts'
import { SpaceLinks } from './space-links.ts'
import { type SummaryForUser, type SummaryRequest, summaryForUser } from './summary-for-user.ts'
import { type WalkedPage, type WalkRequest, walkSpace } from './walk-space.ts'

export interface DiscoveryOptions {
  /** Everyone of this server is found by everyone of it: not only who shares a room with the one who looks, or is in an open one. */
  readonly allOfOurs: boolean
}

export class Discovery {
  readonly #engine: Engine
  readonly #links: SpaceLinks
  readonly #remote: RemoteSpaces
  readonly #heavy = new HeavyQuestions()
  #followers: readonly Follower[] = []
  #options: DiscoveryOptions = { allOfOurs: false }

  constructor(engine: Engine) {
    this.#engine = engine
    this.#links = new SpaceLinks(engine)
    this.#remote = new RemoteSpaces(engine)
  }

  /** Begins to follow rooms and profiles, without which directories stay as they are. @returns how to stop. */
  async start(parts: {
    readonly accounts: Pick<Accounts, 'profiles' | 'users'>
    readonly log: Log
    readonly options?: DiscoveryOptions
  }): Promise<() => Promise<void>> {
    const { stream, database, clock } = this.#engine.parts
    const cards = new RoomCards(this.#engine)
    const names = new PeopleNames(this.#engine, parts.accounts)
    this.#options = parts.options ?? this.#options
    const following = { stream, database, clock, log: parts.log }
    const engine = this.#engine
    const followers = await followDiscovery({ engine, accounts: parts.accounts, cards, names }, following)
    this.#followers = followers
    return async () => {
      await Promise.all(followers.map((follower) => follower.stop()))
    }
  }

  /** A page of this server's directory. @throws 400 for a token that we did not give. */
  async publicRooms(request: DirectoryRequest): Promise<DirectoryPage> {
    await this.caughtUp()
    return listPublicRooms(this.#engine, request)
  }

  /** @throws 404 where the room is not found, or may not be told to this user. */
  summary(request: SummaryRequest): Promise<SummaryForUser> {
    return summaryForUser(this.#engine, this.#remote, request)
  }

  /** A page of the rooms of a space. @throws 400 for a token that does not belong to the request, 403 for those who may not know of the space. */
  walkSpace(request: WalkRequest): Promise<WalkedPage> {
    const parts = { engine: this.#engine, links: this.#links, remote: this.#remote }
    return this.#heavy.run(request.userId, () => walkSpace(parts, request), request.signal)
  }

  /** A room and its children for another server. @throws 404 */
  hierarchyForServer(asked: Parameters<typeof serveHierarchy>[2]): Promise<ServedHierarchy> {
    return this.#heavy.run(asked.server, () => serveHierarchy(this.#engine, this.#links, asked))
  }

  /** People by name and user ID, whom the user shares a room with or who are in an open one. */
  async people(request: PeopleRequest): ReturnType<typeof searchPeople> {
    await this.caughtUp()
    return this.#heavy.run(request.userId, () => searchPeople(this.#engine, request, this.#options))
  }

  /** Rooms that both users are in. @throws 400 for a token that we did not give. */
  mutualRooms(asked: Parameters<typeof findMutualRooms>[1]): ReturnType<typeof findMutualRooms> {
    return findMutualRooms(this.#engine, asked)
  }

  /** Is the user, of any server, in a room that we know? */
  async isKnown(userId: UserId): Promise<boolean> {
    return (await this.#engine.parts.database.one(isAnywhere, userId)) !== undefined
  }

  /** The event nearest to a time; asks other servers where our history has a gap. @throws 403, 404 */
  eventNear(asked: NearRequest, reader: Reader, signal?: AbortSignal): Promise<KnownEvent> {
    return eventNearForReader(this.#engine, asked, reader, signal)
  }

  /** As `eventNear`, of our history alone, for a server that may ask. @throws 404 */
  eventNearForServer(asked: NearRequest): Promise<KnownEvent> {
    return eventNearForServer(this.#engine, asked)
  }

  /** Waits a while for what is followed: whoever has just published a room finds it in the next answer. */
  async caughtUp(): Promise<void> {
    const { stream, clock } = this.#engine.parts
    await reachedSoon(this.#followers, stream.head, clock)
  }
}
