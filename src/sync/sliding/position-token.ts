// The position of a connection: `s<position>_<incarnation>_<version>_<typing>`. A point in the tenant's order, so that clients can page
// from it, and which state of which beginning of the connection goes with it. It grants nothing: the connection is looked up by who asks.
// spec: proposals/4186 (connections; `pos` as a token for /messages)

import type { Position } from '#platform/stream/stream.ts'

export interface ConnectionPosition {
  readonly position: Position
  readonly incarnation: number
  readonly version: number
  /** Serial of the last change of typing that was told. */
  readonly typing: number
}

const pattern = /^s(\d{1,15})_(\d{1,15})_(\d{1,15})_(\d{1,15})$/

export const tokenOfConnection = ({ position, incarnation, version, typing }: ConnectionPosition): string =>
  `s${position}_${incarnation}_${version}_${typing}`

/** Undefined for anything that was not given out as the position of a connection. */
export function parseConnectionToken(token: string): ConnectionPosition | undefined {
  const parts = pattern.exec(token)
  if (!parts) return undefined
  const [position = 0, incarnation = 0, version = 0, typing = 0] = parts.slice(1).map(Number)
  return { position, incarnation, version, typing }
}
