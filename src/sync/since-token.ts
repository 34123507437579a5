// The token of /sync: `s<position>`, one point in the tenant's order. Two numbers may follow: `_<typing>`, the serial of the last change
// of typing that was told (typing is in memory; its serials grow over restarts, so a token outlives them), and `_<to-device>`, where the
// device's inbox goes on when more messages waited than one answer carries.
// spec: client-server-api #syncing, GET /_matrix/client/v3/sync (since, next_batch)

import type { Position } from '#platform/stream/stream.ts'
import { invalidParam } from '#protocol/errors/errors.ts'

export interface SincePoint {
  readonly position: Position
  /** 0: nothing was told. */
  readonly typing: number
  /** Messages up to here have been given; undefined: all up to `position`. */
  readonly toDevice: Position | undefined
}

const pattern = /^s(\d{1,15})(?:_(\d{1,15})(?:_(\d{1,15}))?)?$/

export function tokenOfSince({ position, typing, toDevice }: SincePoint): string {
  if (toDevice !== undefined) return `s${position}_${typing}_${toDevice}`
  return typing === 0 ? `s${position}` : `s${position}_${typing}`
}

/** @throws 400 `M_INVALID_PARAM` for anything that we did not give out. */
export function parseSince(token: string): SincePoint {
  const parts = pattern.exec(token)
  if (!parts) throw invalidParam('The since token was not given out by this server. Sync again without it.')
  const [, position, typing, toDevice] = parts
  return {
    position: Number(position),
    typing: Number(typing ?? 0),
    toDevice: toDevice === undefined ? undefined : Number(toDevice),
  }
}
