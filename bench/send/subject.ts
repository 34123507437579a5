// A server under measurement: the real one, or the limit.

import type { Address } from '../load/http-connection.ts'
import type { SendTarget } from '../load/send-request.ts'

export interface Subject {
  readonly name: 'limit' | 'samband'
  readonly address: Address
  /** Value of the Host header. */
  readonly host: string
  readonly targets: readonly SendTarget[]
  readonly nodePid: number
  readonly databasePid: number
  /** Number of the database's next writing transaction. */
  nextTransaction(): Promise<number>
  stop(): Promise<void>
}

/** Who writes where; the same numbers for both servers. */
export const crowd = { people: 128, rooms: 64, roomsEach: 4 }
