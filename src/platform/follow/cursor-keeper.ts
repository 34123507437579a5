// Keeps a follower's cursor: in memory at once, in the database at most each second. What is lost in between comes again, which followers bear.
// spec: docs/architecture.md §4

import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Position } from '#platform/stream/stream.ts'
import { readCursor, saveCursor } from './store/cursors.ts'

export interface KeeperParts {
  readonly name: string
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** The cursor of a follower that has none yet. */
  readonly begin: Position
}

/** A crash repeats at most what was handled in this time; a save costs one small commit per follower. */
const saveInterval: Milliseconds = 1_000

export class CursorKeeper {
  readonly #parts: KeeperParts
  #position: Position
  #saved: Position
  #timer: Timer | undefined
  #saving: Promise<void> = Promise.resolve()

  private constructor(parts: KeeperParts, position: Position, saved: Position) {
    this.#parts = parts
    this.#position = position
    this.#saved = saved
  }

  static async open(parts: KeeperParts): Promise<CursorKeeper> {
    const row = await parts.database.one(readCursor, parts.name)
    if (row !== undefined) return new CursorKeeper(parts, row.position, row.position)
    // Saved at once: one that begins at the head must not begin at a later head after a crash.
    await parts.database.run(saveCursor, parts.name, parts.begin)
    return new CursorKeeper(parts, parts.begin, parts.begin)
  }

  get position(): Position {
    return this.#position
  }

  /** Moves on; saved within a second. */
  move(position: Position): void {
    this.#position = position
    this.#timer ??= this.#parts.clock.after(saveInterval, () => {
      this.#timer = undefined
      this.#saving = this.#save()
    })
  }

  /** Saves what is not saved yet. */
  async close(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#saving
    await this.#save()
  }

  async #save(): Promise<void> {
    const position = this.#position
    if (position === this.#saved) return
    try {
      await this.#parts.database.run(saveCursor, this.#parts.name, position)
      this.#saved = position
    } catch (error) {
      // The next move tries again; until then a crash would repeat a little more.
      this.#parts.log.warn({ error }, 'The cursor of a follower could not be saved.')
    }
  }
}
