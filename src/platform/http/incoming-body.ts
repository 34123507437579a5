// Reads a request body, bounded in length and time.
// spec: RFC 9112 §6.3, RFC 9110 §15.5.14 (413)

import type { IncomingMessage } from 'node:http'
import { HttpFault } from './fault.ts'

/** What the sweep looks at: a body that somebody is waiting for. */
export interface AwaitedBody {
  readonly waiting: boolean
  readonly received: number
  fail(fault: HttpFault): void
}

const nothing = new Uint8Array(0)

/** Throws `body-too-large` when the declared length is over the limit already, so that not a byte is read in vain. */
export function refuseDeclared(request: IncomingMessage, limit: number): void {
  const declared = request.headers['content-length']
  if (declared !== undefined && Number(declared) > limit) throw tooLarge(limit)
}

export class IncomingBody implements AwaitedBody {
  readonly #request: IncomingMessage
  readonly #limit: number
  received = 0
  waiting = false
  #fail: ((fault: HttpFault) => void) | undefined

  constructor(request: IncomingMessage, limit: number) {
    this.#request = request
    this.#limit = limit
  }

  fail(fault: HttpFault): void {
    this.#fail?.(fault)
  }

  whole(): Promise<Uint8Array> {
    const request = this.#request
    return new Promise<Uint8Array>((resolve, reject) => {
      const chunks: Uint8Array[] = []
      const stop = () => {
        this.waiting = false
        this.#fail = undefined
        request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      }
      const onData = (chunk: Buffer) => {
        this.received += chunk.length
        if (this.received > this.#limit) this.fail(tooLarge(this.#limit))
        else chunks.push(chunk)
      }
      const onEnd = () => {
        stop()
        resolve(joined(chunks))
      }
      const onClose = () => this.fail(gone())
      this.#fail = (fault) => {
        stop()
        // What still comes is let run into the void for a moment, so that the client gets to read our answer.
        request.on('error', ignore).resume()
        reject(fault)
      }
      this.waiting = true
      if (request.destroyed && !request.complete) onClose()
      else request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
    })
  }

  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const request = this.#request
    request.on('error', ignore)
    let failed: HttpFault | undefined
    this.#fail = (fault) => {
      failed = fault
      request.emit('samband:failed')
    }
    try {
      while (failed === undefined) {
        const chunk: Buffer | null = request.read()
        if (chunk !== null) {
          this.received += chunk.length
          if (this.received > this.#limit) throw tooLarge(this.#limit)
          yield chunk
        } else if (request.readableEnded) {
          return
        } else if (request.destroyed) {
          throw gone()
        } else {
          this.waiting = true
          await nextOf(request)
          this.waiting = false
        }
      }
      throw failed
    } finally {
      this.waiting = false
      this.#fail = undefined
      // A reader that stops early leaves the rest to the void as well.
      if (!request.readableEnded && !request.destroyed) request.resume()
    }
  }
}

/** Resolves when there is something new to look at: bytes, the end, the client's leaving, a failure. */
function nextOf(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      request.off('readable', done).off('end', done).off('close', done).off('samband:failed', done)
      resolve()
    }
    request.on('readable', done).on('end', done).on('close', done).on('samband:failed', done)
  })
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first, second] = chunks
  if (first === undefined) return nothing
  return second === undefined ? first : Buffer.concat(chunks)
}

function ignore(): void {
  // The one who reads has been told by `fail`.
}

export function gone(): HttpFault {
  return new HttpFault('client-gone', 'The client went away before the request was answered.')
}

function tooLarge(limit: number): HttpFault {
  return new HttpFault('body-too-large', `The request body is larger than the ${limit} bytes that are accepted here.`)
}
