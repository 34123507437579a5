// A request of sliding sync as a client makes it that shows its rooms: the state that a list of rooms needs, and the extensions beside it.
// spec: proposals/4186 (unstable prefix)

import type { ClientApi, Person } from '../server/client-api.ts'

const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync'

const types = [
  ...[
    'm.room.name',
    'm.room.topic',
    'm.room.avatar',
    'm.room.canonical_alias',
    'm.room.encryption',
    'm.room.tombstone',
  ],
  ...['m.room.create', 'm.room.power_levels', 'm.room.join_rules', 'm.room.history_visibility', 'm.room.pinned_events'],
]

const requiredState = [
  ...types.map((type) => [type, '']),
  ['m.room.member', '$LAZY'],
  ['m.room.member', '$ME'],
  ['m.space.parent', '*'],
  ['m.space.child', '*'],
]

export const listOfWindow = (rooms: number, timelineLimit: number): object => ({
  conn_id: 'room-list',
  lists: {
    all_rooms: { ranges: [[0, rooms - 1]], timeline_limit: timelineLimit, required_state: requiredState },
  },
  extensions: { account_data: { enabled: true }, receipts: { enabled: true }, typing: { enabled: true } },
})

/** @param position of the answer before; without it the connection begins. */
export const askWindow = (api: ClientApi, person: Person, body: object, position?: string): Promise<unknown> =>
  api.ask('POST', position === undefined ? path : `${path}?timeout=30000&pos=${position}`, person, body)

export function positionOf(answer: unknown): string {
  const position: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'pos') : undefined
  if (typeof position !== 'string') throw new Error(`The answer has no pos: ${JSON.stringify(answer).slice(0, 500)}`)
  return position
}
