// One sender that remembers what was acknowledged, and which message it was cut off in.

import { HttpConnection } from '../load/http-connection.ts'
import { type SendTarget, sendRequests } from '../load/send-request.ts'
import type { SambandServer } from '../server/samband-server.ts'

export interface Acknowledged {
  /** The message's text: no two messages have the same. */
  readonly text: string
  readonly eventId: string
}

export class Writer {
  readonly acknowledged: Acknowledged[] = []
  readonly #target: SendTarget
  readonly #number: number
  #next = 0

  constructor(target: SendTarget, number: number) {
    this.#target = target
    this.#number = number
  }

  /** Sends one message after the other until the connection breaks. The last one's fate is then unknown. */
  async writeUntilCut(server: SambandServer): Promise<void> {
    const connection = await HttpConnection.open(server.address)
    try {
      for (;;) await this.#send(connection, server.serverName)
    } catch (error) {
      if (error instanceof Refused) throw error
    } finally {
      connection.close()
    }
  }

  /** Sends the message again whose answer never came: with the same transaction ID, as clients do. */
  async repeatTheLast(server: SambandServer): Promise<void> {
    const connection = await HttpConnection.open(server.address)
    await this.#send(connection, server.serverName)
    connection.close()
  }

  async #send(connection: HttpConnection, host: string): Promise<void> {
    const text = `message ${this.#next} of ${this.#number}`
    const body = JSON.stringify({ msgtype: 'm.text', body: text })
    const answer = await connection.ask(sendRequests(this.#target, host)(`t${this.#next}`, body))
    // A database that is being killed makes the server say so: that is no acknowledgement, and the connection ends soon.
    if (answer.status >= 500) throw new Error('The server is losing its database.')
    const eventId: unknown = JSON.parse(answer.body.toString('utf8')).event_id
    if (answer.status !== 200 || typeof eventId !== 'string') throw new Refused(answer.body.toString('utf8'))
    this.acknowledged.push({ text, eventId })
    this.#next += 1
  }
}

/** The server refused what it should take. */
class Refused extends Error {}
