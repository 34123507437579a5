// Clients of sliding sync for tests: each keeps the position of one connection, and sees answers as clients do.
// spec: proposals/4186

import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { type Device, Seen, type SyncServer } from '../sync-for-tests.ts'
import type { ListAsked, RequiredState, RoomConfig, SlidingRequest } from './sliding-request.ts'

export const noState: RequiredState = { include: [], exclude: [], lazyMembers: false }
export const allState: RequiredState = { include: [{}], exclude: [], lazyMembers: false }
export const lazyState: RequiredState = { include: [{}], exclude: [], lazyMembers: true }

export const stateOf = (...types: readonly string[]): RequiredState => ({
  ...noState,
  include: types.map((type) => ({ type, stateKey: '' })),
})

export const config = (timelineLimit: number, requiredState = noState): RoomConfig => ({ timelineLimit, requiredState })

export const list = (asked: Partial<ListAsked> = {}): ListAsked => ({
  timelineLimit: 10,
  requiredState: noState,
  ranges: [[0, 19]],
  filter: {},
  ...asked,
})

export interface AskedOfSliding extends Partial<Omit<SlidingRequest, 'lists' | 'subscriptions'>> {
  readonly lists?: { readonly [name: string]: ListAsked }
  readonly subscriptions?: { readonly [roomId: string]: RoomConfig }
}

export class SlidingClient {
  readonly #server: SyncServer
  readonly device: Device
  readonly connectionId: string
  position: string | undefined

  constructor(server: SyncServer, device: Device, connectionId = '') {
    this.#server = server
    this.device = device
    this.connectionId = connectionId
  }

  /** The same client at the server after a restart. */
  at(server: SyncServer): SlidingClient {
    const client = new SlidingClient(server, this.device, this.connectionId)
    client.position = this.position
    return client
  }

  /** Asks from where it stands, and goes on from the answer. */
  async ask(asked: AskedOfSliding = { lists: { all: list() } }): Promise<Answered> {
    const { lists = {}, subscriptions = {}, ...rest } = asked
    const text = await this.#server.sync.slide({
      shape: 'accepted',
      userId: this.device.userId,
      deviceId: this.device.deviceId,
      connectionId: this.connectionId,
      position: this.position,
      timeout: 0,
      setPresence: 'offline',
      transactionId: undefined,
      extensions: {},
      signal: new AbortController().signal,
      draining: new AbortController().signal,
      ...rest,
      lists: new Map(Object.entries(lists)),
      subscriptions: new Map(Object.entries(subscriptions) as [RoomId, RoomConfig][]),
    })
    const answered = new Answered(JSON.parse(text) as JsonObject)
    this.position = String(answered.body['pos'])
    return answered
  }
}

export class Answered extends Seen {
  get roomIds(): string[] {
    return Object.keys(this.at('rooms') as JsonObject)
  }

  room(roomId: RoomId, ...path: readonly string[]): Json | undefined {
    return this.at('rooms', roomId, ...path)
  }

  #list(roomId: RoomId, name: string): JsonObject[] {
    return (this.room(roomId, name) ?? []) as JsonObject[]
  }

  /** Bodies of the timeline's messages; types of its other events. */
  told(roomId: RoomId): Json[] {
    return this.#list(roomId, 'timeline').map(({ type, content }) => (content as JsonObject)['body'] ?? type ?? null)
  }

  /** `type|state_key` of the required state, sorted; with `-` those that are there no more. */
  state(roomId: RoomId): string[] {
    return this.#list(roomId, 'required_state')
      .map((event) => `${'content' in event ? '' : '-'}${event['type']}|${event['state_key']}`)
      .sort()
  }

  extension(...path: readonly string[]): Json | undefined {
    return this.at('extensions', ...path)
  }
}

export const member = (userId: UserId): string => `m.room.member|${userId}`
