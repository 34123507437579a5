// The few calls of the client API that prepare a measurement.
// spec: client-server-api (register, createRoom, join)

import type { Address } from '../load/http-connection.ts'

export interface Person {
  readonly userId: string
  readonly accessToken: string
}

export class ClientApi {
  readonly #base: string

  constructor({ host, port }: Address) {
    this.#base = `http://${host}:${port}`
  }

  async register(username: string): Promise<Person> {
    const body = { username, password: `only for ${username}`, auth: { type: 'm.login.dummy' } }
    const answer = await this.ask('POST', '/_matrix/client/v3/register', undefined, body)
    return { userId: text(answer, 'user_id'), accessToken: text(answer, 'access_token') }
  }

  /** @returns the room's ID */
  async createRoom(creator: Person, name: string): Promise<string> {
    const body = { name, preset: 'public_chat' }
    return text(await this.ask('POST', '/_matrix/client/v3/createRoom', creator, body), 'room_id')
  }

  async join(person: Person, roomId: string): Promise<void> {
    await this.ask('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/join`, person, {})
  }

  /** One call. Rejects with the server's words when it is refused. */
  async ask(method: string, path: string, person: Person | undefined, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(person && { authorization: `Bearer ${person.accessToken}` }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path} was refused: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
}

function text(answer: unknown, name: string): string {
  const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined
  if (typeof value !== 'string') throw new Error(`The answer has no ${name}: ${JSON.stringify(answer)}`)
  return value
}
