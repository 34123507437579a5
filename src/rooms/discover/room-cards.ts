// Keeps the cards of rooms true: what the directory lists, and which rooms are open for finding people.
// spec: client-server-api #published-room-directory, POST /user_directory/search

import { BoundedCache } from '#platform/limits/limits.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { RoomSummary } from '#protocol/room-summary/room-summary.ts'
import { storable } from '../index/storable.ts'
import { wordsText } from '../index/words.ts'
import type { Engine } from '../room/engine.ts'
import { cardOf, leaveCard, writeCard } from '../store/room-cards.ts'
import { isHere, readSummary } from './read-summary.ts'

/** Texts of cards in memory, so that a member event writes none: 1 KB each. */
const MOST_REMEMBERED = 5_000
/** Characters of a card's words: a topic may be as long as an event. */
const MOST_WORDS = 4_000

/** What became of our being in a room: `come` and `gone` are told once. */
export type CardChange = 'come' | 'gone' | 'same'

export class RoomCards {
  readonly #engine: Engine
  readonly #written: BoundedCache<number, string>

  constructor(engine: Engine) {
    this.#engine = engine
    this.#written = new BoundedCache({ capacity: MOST_REMEMBERED })
  }

  /** Writes the card of a room as it is now. Repeatable. */
  async refresh(roomId: RoomId): Promise<CardChange> {
    const { database, serverName } = this.#engine.parts
    const head = (await this.#engine.room(roomId))?.committed
    if (!head) return 'same'
    const summary = isHere(head, serverName) ? await readSummary(this.#engine, head) : undefined
    const text = summary ? cardText(summary) : ''
    if (this.#written.get(head.roomNid) === text) return 'same'
    const before = await database.one(cardOf, head.roomNid)
    if (summary) await this.#write(head.roomNid, summary, text)
    else if (before?.here) await database.run(leaveCard, head.roomNid)
    this.#written.set(head.roomNid, text)
    if (summary) return before?.here ? 'same' : 'come'
    return before?.here ? 'gone' : 'same'
  }

  async #write(roomNid: number, summary: RoomSummary, text: string): Promise<void> {
    const { joinRule, worldReadable, encryption, roomType, name, topic, canonicalAlias } = summary
    const open = joinRule === 'public' || worldReadable
    const words = wordsText([name, canonicalAlias, topic].join(' ')).slice(0, MOST_WORDS)
    const encrypted = encryption !== undefined
    await this.#engine.parts.database.run(writeCard, roomNid, true, open, encrypted, storable(roomType), words, text)
  }
}

/** Everything but the number of members, which changes with each of them. */
const cardText = (summary: RoomSummary): string => JSON.stringify({ ...summary, joined: 0 })
