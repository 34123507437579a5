// Somebody at a client: asks a server through the client API, and waits until something has come true.
// spec: client-server-api

import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/** Two processes and a database on a busy machine; most things take well under a second. */
const PATIENCE = 30_000

export interface Address {
  readonly baseUrl: string
  readonly serverName: string
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A page of the history. */
export interface Page {
  readonly chunk: readonly { readonly event_id: string }[]
  readonly end?: string
}

export interface Levels {
  readonly users: { readonly [user: string]: number }
}

export class Person {
  readonly userId: string
  readonly server: Address
  readonly #token: string
  readonly #fetch: typeof fetch

  constructor(parts: { userId: string; server: Address; token: string; fetchFn: typeof fetch }) {
    this.userId = parts.userId
    this.server = parts.server
    this.#token = parts.token
    this.#fetch = parts.fetchFn
  }

  /** Makes an account by the shared secret, which both servers know in the same way. */
  static async register(server: Address, name: string, secret: string, fetchFn: typeof fetch): Promise<Person> {
    const url = `${server.baseUrl}/_synapse/admin/v1/register`
    const { nonce } = (await (await fetchFn(url)).json()) as { nonce: string }
    const password = randomUUID()
    const mac = createHmac('sha1', secret).update(`${nonce}\0${name}\0${password}\0notadmin`).digest('hex')
    const body = JSON.stringify({ nonce, username: name, password, mac, admin: false })
    const answer = await fetchFn(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    const made = (await answer.json()) as { user_id: string; access_token: string }
    if (!answer.ok) throw new Error(`${server.serverName} made no account: ${JSON.stringify(made)}`)
    return new Person({ userId: made.user_id, token: made.access_token, server, fetchFn })
  }

  /** Whatever the answer is. `target`: below `/_matrix/`. */
  async ask(method: string, target: string, body?: object | Buffer): Promise<Answer> {
    const url = `${this.server.baseUrl}/_matrix/${target}`
    const type = target.startsWith('media/') ? 'image/png' : 'application/json'
    const answer = await this.#fetch(url, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': type },
      ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    })
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
  }

  /** What must succeed; `Told` is what the caller expects to be told. */
  async do<Told = unknown>(method: string, target: string, body?: object): Promise<Told> {
    const answer = await this.ask(method, `client/v3/${target}`, body ?? (method === 'GET' ? undefined : {}))
    if (answer.status === 200) return answer.body as Told
    throw new Error(`${this.userId}: ${method} ${target}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }

  async createRoom(more: object): Promise<string> {
    return (await this.do<{ room_id: string }>('POST', 'createRoom', { preset: 'public_chat', ...more })).room_id
  }

  join(room: string, via: Address): Promise<unknown> {
    return this.do('POST', `join/${encodeURIComponent(room)}?server_name=${via.serverName}&via=${via.serverName}`)
  }

  async send(room: string, content: object, type = 'm.room.message'): Promise<string> {
    const path = `rooms/${encodeURIComponent(room)}/send/${type}/${randomUUID()}`
    return (await this.do<{ event_id: string }>('PUT', path, content)).event_id
  }

  say(room: string, body: string): Promise<string> {
    return this.send(room, { msgtype: 'm.text', body })
  }

  async setState(room: string, type: string, content: object, stateKey = ''): Promise<string> {
    const path = `rooms/${encodeURIComponent(room)}/state/${type}/${encodeURIComponent(stateKey)}`
    return (await this.do<{ event_id: string }>('PUT', path, content)).event_id
  }

  /** Event IDs by type and state key. */
  async state(room: string): Promise<ReadonlyMap<string, string>> {
    const events = await this.do<{ type: string; state_key: string; event_id: string }[]>(
      'GET',
      `rooms/${encodeURIComponent(room)}/state`,
    )
    return new Map(events.map((event) => [`${event.type} ${event.state_key}`, event.event_id]))
  }

  async membership(room: string, who: Person): Promise<string> {
    const path = `client/v3/rooms/${encodeURIComponent(room)}/state/m.room.member/${encodeURIComponent(who.userId)}`
    const { status, body } = await this.ask('GET', path)
    return status === 200 ? (body as { membership: string }).membership : `${status}`
  }

  async sees(room: string, eventId: string): Promise<boolean> {
    const path = `client/v3/rooms/${encodeURIComponent(room)}/event/${encodeURIComponent(eventId)}`
    return (await this.ask('GET', path)).status === 200
  }
}

/** Asks again until it is so. @throws with what was asked for, and what was last seen. */
export async function eventually(what: string, isSo: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + PATIENCE
  let last: unknown
  while (performance.now() < end) {
    last = await isSo().catch((error: unknown) => error)
    if (last === true) return
    await pause(100)
  }
  throw new Error(
    `Not within ${PATIENCE / 1000} s: ${what} (${last instanceof Error ? last.message : JSON.stringify(last)})`,
  )
}
