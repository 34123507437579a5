// Typing, receipts, presence: what people see of each other beside messages. Face of the module.
// Facts that others follow: `receipt`, `presence`. Typing is not persisted and has listeners instead.
// spec: client-server-api/modules/typing_notifications.md, receipts.md, read_markers.md, presence.md

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Stream, StreamedFact } from '#platform/stream/stream.ts'
import { forbidden } from '#protocol/errors/errors.ts'
import type { ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { EventFact } from '#rooms/rooms.ts'
import { Presence } from './presence.ts'
import { type ReadMarkerStore, Receipts } from './receipts.ts'
import { isJoined, letsServerIn, type RoomsAround } from './rooms-around.ts'
import { DEFAULT_TYPING_TIMEOUT, Typing, type TypingChange } from './typing.ts'
import { readTyping } from './typing-edu.ts'

export type { Presence } from './presence.ts'
export type { PlacedPresence, PresenceName, PresenceState } from './presence-state.ts'
export { presenceEdu } from './presence-state.ts'
export type { PlacedReceipt, Receipt, ReceiptContent, ReceiptType } from './receipt.ts'
export { receiptContents, receiptEdus } from './receipt.ts'
export type { Markers, ReadMarkerStore, ReceiptFact, Receipts } from './receipts.ts'
export type { PlacedEvent, RoomsAround } from './rooms-around.ts'
export type { FindEvents, ThreadId } from './threads-of-events.ts'
export { threadsOfEvents } from './threads-of-events.ts'
export type { Typing, TypingChange, TypingSerial } from './typing.ts'
export { typingEdu } from './typing-edu.ts'

export interface EphemeralParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly log: Log
  readonly rooms: RoomsAround
  readonly accountData: ReadMarkerStore
  readonly options: { readonly presence: boolean }
}

export class Ephemeral {
  readonly typing: Typing
  readonly receipts: Receipts
  readonly presence: Presence
  readonly #rooms: RoomsAround
  readonly #outgoing = new Set<(change: TypingChange) => void>()
  readonly #stopFollowing: () => void

  private constructor(parts: EphemeralParts, presence: Presence) {
    this.#rooms = parts.rooms
    this.typing = new Typing(parts.clock)
    this.receipts = new Receipts(parts)
    this.presence = presence
    this.#stopFollowing = parts.stream.onCommit((facts) => this.#noteMemberships(facts))
  }

  static async open(parts: EphemeralParts): Promise<Ephemeral> {
    return new Ephemeral(parts, await Presence.open({ ...parts, enabled: parts.options.presence }))
  }

  /** A local user types or has stopped. @throws 403 unless joined. */
  async setTyping(change: TypingChange, timeout: Milliseconds = DEFAULT_TYPING_TIMEOUT): Promise<void> {
    if (!(await isJoined(this.#rooms, change.roomId, change.userId))) {
      throw forbidden('typing/not-joined', 'You are not in this room, so nobody in it can see you type. Join it first.')
    }
    this.typing.note(change, timeout)
    // Repeated while it lasts, since other servers let it lapse as we do.
    for (const tell of [...this.#outgoing]) tell(change)
  }

  /** Calls `tell` when a user of ours types or stops: the EDU goes to the other servers in the room. Returns the way to stop. */
  onOutgoingTyping(tell: (change: TypingChange) => void): () => void {
    const own = (change: TypingChange) => tell(change)
    this.#outgoing.add(own)
    return () => void this.#outgoing.delete(own)
  }

  /** Takes in an `m.typing` EDU of a user of `origin` who is in the room; anything else is passed over. */
  async receiveTyping(origin: ServerName, content: JsonObject): Promise<void> {
    const change = readTyping(origin, content)
    if (change === undefined || !(await letsServerIn(this.#rooms, change.roomId, origin))) return
    if (await isJoined(this.#rooms, change.roomId, change.userId)) this.typing.note(change)
  }

  /** Ends timers and waits for what is being written. */
  async stop(): Promise<void> {
    this.#stopFollowing()
    this.typing.stop()
    await this.presence.stop()
  }

  #noteMemberships(facts: readonly StreamedFact[]): void {
    for (const { kind, payload } of facts) {
      if (kind !== 'event') continue
      const { event } = (payload as EventFact).known // the payload of every fact of this kind
      if (event.type !== 'm.room.member' || event.stateKey === undefined) continue
      const userId = event.stateKey as UserId
      if (event.content['membership'] === 'join') this.presence.joined(userId)
      else this.typing.note({ roomId: event.roomId, userId, typing: false })
    }
  }
}
