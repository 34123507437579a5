// Tokens that clients page with: points between events. `s12` is a point in the order of arrival (a /sync position); `t7_12` one in
// the topological order, right behind the event with depth 7 and position 12 (negative for backfilled events).
// spec: client-server-api #syncing, #getting-events-for-a-room

import { invalidParam } from '#protocol/errors/errors.ts'

export interface ArrivalPoint {
  readonly kind: 'arrival'
  readonly position: number
}
export interface TopologyPoint {
  readonly kind: 'topology'
  readonly depth: number
  readonly position: number
}
export type Point = ArrivalPoint | TopologyPoint

/** What follows the position is sync's own, for what is not in the tenant's order. */
const arrivalToken = /^s(\d{1,15})(?:_\d{1,16}){0,3}$/
const topologyToken = /^t(\d{1,16})_(0|-?[1-9]\d{0,15})$/

export const tokenOf = (point: Point): string =>
  point.kind === 'arrival' ? `s${point.position}` : `t${point.depth}_${point.position}`

/** @throws 400 `M_INVALID_PARAM` for anything that we did not give out. */
export function parseToken(token: string): Point {
  const arrival = arrivalToken.exec(token)
  if (arrival) return { kind: 'arrival', position: Number(arrival[1]) }
  const topology = topologyToken.exec(token)
  const [depth, position] = [Number(topology?.[1]), Number(topology?.[2])]
  if (Number.isSafeInteger(depth) && Number.isSafeInteger(position)) return { kind: 'topology', depth, position }
  throw invalidParam('The token was not given out by this server. Start again without it.')
}

/** The point right behind an event. */
export const behind = (event: { readonly depth: number }, position: number): TopologyPoint => ({
  kind: 'topology',
  depth: event.depth,
  position,
})

/** The point right before an event. */
export const before = (event: { readonly depth: number }, position: number): TopologyPoint =>
  behind(event, position - 1)
