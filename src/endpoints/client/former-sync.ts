// What the endpoints from before `/sync` share: they tell what `/sync` tells, in other forms.
// spec: client-server-api, GET /_matrix/client/v3/events, /initialSync, /rooms/{roomId}/initialSync

import type { Session } from '#accounts/accounts.ts'
import type { sync as syncDefinition } from '#api/client/sync.ts'
import type { ResponseOf } from '#api/endpoint.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Sync } from '#sync/sync.ts'

export type SyncAnswer = ResponseOf<typeof syncDefinition>

export interface FormerSyncCall {
  readonly session: Session
  readonly http: { readonly signal: AbortSignal; readonly draining: AbortSignal }
}

interface Wish {
  readonly filter: object
  readonly since?: string
  readonly timeout?: number | undefined
  readonly stateAfterNames?: readonly string[]
}

/** Messages of a page unless told, and at most. */
export const STANDARD_MESSAGES = 10
export const MOST_MESSAGES = 100

/** An answer of `/sync`, read again: these endpoints are for clients of long ago, and need not be fast. */
export async function readSync(sync: Sync, { session, http }: FormerSyncCall, wish: Wish): Promise<SyncAnswer> {
  const { userId, deviceId } = session
  const { signal, draining } = http
  const request = { ...wish, filter: JSON.stringify(wish.filter), userId, deviceId, signal, draining }
  return JSON.parse(await sync.answer({ ...request, keepMessages: true })) // our own text
}

/** The events with the room that they are in, which `/sync` tells by their place. */
export const withRoom = <E extends object>(roomId: RoomId, events: readonly E[] | undefined) =>
  (events ?? []).map((event) => ({ ...event, room_id: roomId }))

/** Sections by room. */
export const sectionsOf = <S>(rooms: { readonly [roomId: RoomId]: S } | undefined): readonly (readonly [RoomId, S])[] =>
  Object.entries(rooms ?? {}) as [RoomId, S][] // our own text
