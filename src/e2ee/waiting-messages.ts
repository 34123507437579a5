// Messages that wait: for devices of ours, in order until they have them, and for other servers.
// spec: client-server-api #send-to-device-messaging; server-server-api #send-to-device-messaging

import type { Position } from '#platform/stream/stream.ts'
import type { DeviceId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { isQuiet } from './device-list-change.ts'
import { MESSAGES_PER_ANSWER } from './limits.ts'
import type { E2eeParts } from './parts.ts'
import { deleteMessages, deleteOutbox, selectDestinations, selectMessages, selectOutbox } from './store/to-device.ts'

export interface PendingMessages {
  /** JSON texts of the events, oldest first. */
  readonly events: readonly string[]
  /** All messages up to here are in `events`: the next answer goes on from here. */
  readonly upTo: Position
}

/** Messages in (after, up to] for a device, at most 100. Most answers need no question to the database. */
export async function messagesFor(
  device: { readonly userId: UserId; readonly deviceId: DeviceId },
  range: { readonly after: Position; readonly upTo: Position; readonly limit?: number },
  { database, stream }: Pick<E2eeParts, 'database' | 'stream'>,
): Promise<PendingMessages> {
  const { userId, deviceId } = device
  const { after, upTo } = range
  if (isQuiet(stream, range, (fact) => fact.kind === 'to-device' && fact.user === userId)) return { events: [], upTo }
  const limit = Math.min(range.limit ?? MESSAGES_PER_ANSWER, MESSAGES_PER_ANSWER)
  const rows = await database.run(selectMessages, userId, deviceId, after, upTo, limit)
  const isAll = rows.length < limit
  return { events: rows.map(({ message }) => message), upTo: isAll ? upTo : (rows.at(-1)?.position ?? upTo) }
}

/** What waits for other servers. */
export class Outbox {
  readonly #database: E2eeParts['database']

  constructor({ database }: Pick<E2eeParts, 'database'>) {
    this.#database = database
  }

  /** EDUs as canonical JSON behind a position, oldest first. */
  read(destination: ServerName, after: Position, limit: number): Promise<{ position: Position; edu: string }[]> {
    return this.#database.run(selectOutbox, destination, after, limit)
  }

  async acknowledge(destination: ServerName, upTo: Position): Promise<void> {
    await this.#database.run(deleteOutbox, destination, upTo)
  }

  async destinations(): Promise<ServerName[]> {
    return (await this.#database.run(selectDestinations)).map((row) => row.destination as ServerName)
  }
}

/** The device has everything up to here. */
export async function acknowledge(
  { userId, deviceId }: { readonly userId: UserId; readonly deviceId: DeviceId },
  upTo: Position,
  { database }: Pick<E2eeParts, 'database'>,
): Promise<void> {
  await database.run(deleteMessages, userId, deviceId, upTo)
}
