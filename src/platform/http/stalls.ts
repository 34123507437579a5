// Looks once a second for clients that hold us up: bodies that do not come, answers that are not taken. One timer for all requests.

import type { IncomingMessage } from 'node:http'
import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import { type HttpLimits, LINGER, SLOWEST_BODY, SWEEP } from './default-limits.ts'
import { HttpFault } from './fault.ts'
import type { Outgoing } from './outgoing.ts'

export class Stalls {
  readonly #clock: Clock
  readonly #limits: HttpLimits
  readonly #open = new Set<Outgoing>()
  /** Answered requests of which the body still comes, and until when it may. */
  readonly #lingering = new Map<IncomingMessage, Milliseconds>()
  #timer: Timer

  constructor(clock: Clock, limits: HttpLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#timer = this.#again()
  }

  /** Requests under way. */
  get open(): number {
    return this.#open.size
  }

  begin(outgoing: Outgoing): void {
    this.#open.add(outgoing)
  }

  end(outgoing: Outgoing): void {
    this.#open.delete(outgoing)
    const message = outgoing.response.req
    if (!message.complete && !message.destroyed) this.#lingering.set(message, this.#clock.now() + LINGER)
  }

  stop(): void {
    this.#timer.cancel()
  }

  #again(): Timer {
    return this.#clock.after(SWEEP, () => {
      const now = this.#clock.now()
      for (const outgoing of this.#open) this.#look(outgoing, now)
      for (const [message, until] of this.#lingering) this.#lookAtRest(message, until, now)
      this.#timer = this.#again()
    })
  }

  #lookAtRest(message: IncomingMessage, until: Milliseconds, now: Milliseconds): void {
    const done = message.complete || message.destroyed
    if (!done && now < until) return
    this.#lingering.delete(message)
    if (!done) message.socket.destroy()
  }

  #look(outgoing: Outgoing, now: Milliseconds): void {
    const body = outgoing.request.reading
    if (body?.waiting) {
      const least = (this.#limits.bodyStall / 1000) * SLOWEST_BODY
      if (isStalled(outgoing, body.received, least, this.#limits.bodyStall, now)) {
        body.fail(
          new HttpFault(
            'body-too-slow',
            'The request body did not come in time. Send it again on a better connection.',
          ),
        )
      }
      return
    }
    const socket = outgoing.response.socket
    if (
      outgoing.response.headersSent &&
      socket !== null &&
      outgoing.response.writableLength + socket.writableLength > 0
    ) {
      const taken = socket.bytesWritten - socket.writableLength
      if (isStalled(outgoing, taken, 1, this.#limits.answerStall, now)) socket.destroy()
      return
    }
    outgoing.windowBytes = -1
  }
}

/** Whether a whole window has passed in which fewer than `least` bytes moved. */
function isStalled(outgoing: Outgoing, moved: number, least: number, window: Milliseconds, now: Milliseconds): boolean {
  if (outgoing.windowBytes === -1) {
    outgoing.windowTime = now
    outgoing.windowBytes = moved
    return false
  }
  if (now - outgoing.windowTime < window) return false
  if (moved - outgoing.windowBytes < least) return true
  outgoing.windowTime = now
  outgoing.windowBytes = moved
  return false
}
