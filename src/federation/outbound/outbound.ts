// What we send to other servers. Follows the tenant's order from its own cursor, decides for each piece of news whom it is for, and sends.
// Face of the folder.
// spec: server-server-api #transactions; docs/architecture.md §4, §9

import { type TypingChange, typingEdu } from '#ephemeral/ephemeral.ts'
import { type Follower, follow } from '#platform/follow/follow.ts'
import { addressNews } from './address-news.ts'
import { Destinations } from './destinations.ts'
import type { OutboundParts } from './outbound-parts.ts'
import { type News, readNews } from './read-news.ts'

export type { OutboundParts } from './outbound-parts.ts'

/** News in one turn: some ten milliseconds. */
const BATCH = 200

export class FederationOutbound {
  readonly #parts: OutboundParts
  readonly #destinations: Destinations
  readonly #follower: Follower
  readonly #leave: readonly (() => void)[]

  private constructor(parts: OutboundParts, destinations: Destinations, follower: Follower) {
    this.#parts = parts
    this.#destinations = destinations
    this.#follower = follower
    this.#leave = [
      parts.transport.onAlive((server) => destinations.alive(server)),
      parts.ephemeral.onOutgoingTyping((change) => void this.#tellTyping(change)),
    ]
  }

  /** Takes up what was under way, and begins to follow. */
  static async open(parts: OutboundParts): Promise<FederationOutbound> {
    const destinations = new Destinations(parts)
    await destinations.open()
    const handle = async (news: readonly News[]) => {
      await addressNews(parts, news, destinations)
      await destinations.send()
    }
    const read = (after: number, upTo: number, limit: number) => readNews(parts, after, upTo, limit)
    const follower = await follow({ name: 'federation-outbound', read, batch: BATCH, handle }, parts)
    return new FederationOutbound(parts, destinations, follower)
  }

  /** Resolves when all that has happened until now is sent, or waits for a server that is away. */
  async settled(): Promise<void> {
    await this.#follower.reached(this.#parts.stream.head)
    await this.#destinations.settled()
  }

  /** Ends what is being sent, and saves where each server is. */
  async stop(): Promise<void> {
    for (const leave of this.#leave) leave()
    await this.#follower.stop()
    await this.#destinations.stop()
  }

  /** Nobody misses a typing notification that is lost. */
  async #tellTyping(change: TypingChange): Promise<void> {
    const { rooms, serverName, log } = this.#parts
    try {
      const servers = (await rooms.head(change.roomId))?.serverNames ?? []
      const typing = { kind: 'typing', key: `${change.roomId} ${change.userId}`, edu: typingEdu(change) } as const
      for (const server of servers) if (server !== serverName) this.#destinations.passing(server, typing)
      await this.#destinations.send()
    } catch (error) {
      log.warn({ error }, 'A typing notification could not be sent.')
    }
  }
}
