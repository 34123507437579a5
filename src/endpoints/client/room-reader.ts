// The caller as a reader of rooms, and answers made of events that are texts already.
// spec: client-server-api #room-event-format

import type { Accounts, Session } from '#accounts/accounts.ts'
import type { Reader, ShownEvent } from '#rooms/rooms.ts'

/** With those whom the reader ignores: for answers with threads in them. */
export async function readerOf(accounts: Accounts, { userId, deviceId }: Session): Promise<Reader> {
  return { userId, deviceId, ignored: [...(await accounts.ignoredUsersOf(userId))] }
}

/** For answers without threads: state, members. */
export const plainReader = ({ userId, deviceId }: Session): Reader => ({ userId, deviceId })

/** A JSON array of events. */
export const eventList = (events: readonly ShownEvent[]): string => `[${events.map(({ json }) => json).join(',')}]`

/** A member of an answer that is left out where there is nothing to say. */
export const optionalText = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`
