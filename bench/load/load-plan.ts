// What the load generator is told, and what it tells. It runs as a process of its own, so that its CPU is counted apart.

import type { Address } from './http-connection.ts'
import type { SendTarget } from './send-request.ts'

export interface LoadPlan {
  readonly address: Address
  /** Value of the Host header. */
  readonly host: string
  /** Senders take turns in this order. */
  readonly targets: readonly SendTarget[]
  readonly connections: number
  /** Milliseconds that are not counted: connections, caches and compiled code get warm. */
  readonly warmUp: number
  /** Milliseconds that are counted. */
  readonly duration: number
  /** Makes transaction IDs of different runs differ. */
  readonly prefix: string
}

export interface LoadResult {
  /** Messages answered with 200 in the time counted. */
  readonly events: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Answers that were no 200, by status. */
  readonly refused: Readonly<Record<string, number>>
  /** The first of them, to see what is wrong. */
  readonly firstRefusal: string | undefined
}

/** Messages from the load process. `measuring` and `measured` enclose the time counted. */
export type LoadNews =
  | { readonly kind: 'measuring' }
  | { readonly kind: 'measured'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly reason: string }
