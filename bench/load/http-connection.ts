// One kept-alive HTTP/1.1 connection for load: one request at a time, answers with a Content-Length. Spends as little CPU as it can,
// since the load shares the machine with what it measures.
// spec: RFC 9112 §6 (message body), §9.3 (persistence)

import net from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly body: Buffer
}

export interface Address {
  readonly host: string
  readonly port: number
}

interface Waiting {
  readonly resolve: (answer: RawAnswer) => void
  readonly reject: (error: Error) => void
}

/** An answer to a send is some 200 bytes; anything near this is not an answer that we measure. */
const LONGEST_ANSWER = 1_048_576
const endOfHead = Buffer.from('\r\n\r\n')

export class HttpConnection {
  readonly #socket: net.Socket
  #waiting: Waiting | undefined
  #received: Buffer = Buffer.alloc(0)

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('The server closed the connection.')))
  }

  static open(address: Address): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(address)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new HttpConnection(socket))
      })
    })
  }

  /** Sends a request that is already written down (head and body) and waits for its answer. Rejects when the connection breaks. */
  ask(request: string): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('The connection is closed.'))
        return
      }
      this.#waiting = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const head = this.#received.indexOf(endOfHead)
    if (head < 0 && this.#received.length < LONGEST_ANSWER) return
    const text = this.#received.toString('latin1', 0, Math.max(0, head))
    const length = Number(/content-length: *(\d+)/i.exec(text)?.[1])
    if (!(length < LONGEST_ANSWER)) {
      this.#socket.destroy(new Error(`This is no answer with a Content-Length: ${text.slice(0, 200)}`))
      return
    }
    const end = head + endOfHead.length + length
    if (this.#received.length < end) return
    const body = this.#received.subarray(head + endOfHead.length, end)
    this.#received = this.#received.subarray(end)
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve({ status: Number(text.slice(9, 12)), body })
  }

  #fail(error: Error): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.reject(error)
  }
}
