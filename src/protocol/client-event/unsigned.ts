// What is told about an event beside it, different from reader to reader, and the finished text.
// spec: client-server-api, definitions/client_event_without_room_id (UnsignedData); m.room.member

import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { EventPrefix } from './event-prefix.ts'

/** Members ending in `Json` are JSON text and taken as they are. */
export interface Unsigned {
  /** Milliseconds since the event was sent; may be negative. */
  readonly age?: number
  /** Only for the device that sent the event. */
  readonly transactionId?: string
  /** Content of the state event before, if the reader may see that event. */
  readonly prevContentJson?: string
  /** The state event before, whoever reads. */
  readonly replacesState?: EventId
  /** The redaction, in its client form. */
  readonly redactedBecauseJson?: string
  /** The reader's own membership at the event. */
  readonly membership?: string
  /** Bundled aggregations, from `bundleJson`. */
  readonly relationsJson?: string
  /** Stripped state, a list. */
  readonly inviteRoomStateJson?: string
  readonly knockRoomStateJson?: string
}

/** Completes an event. Without anything to tell there is no `unsigned` at all. */
export function withUnsigned(prefix: EventPrefix, unsigned?: Unsigned): string {
  const members = unsigned === undefined ? '' : membersOf(unsigned)
  return members === '' ? `${prefix}}` : `${prefix},"unsigned":{${members.slice(1)}}}`
}

/** Each member begins with a comma. Straight string building: this runs once per event and reader. */
function membersOf(unsigned: Unsigned): string {
  let text = ''
  if (unsigned.age !== undefined) text += `,"age":${Math.trunc(unsigned.age)}`
  if (unsigned.transactionId !== undefined) text += `,"transaction_id":${JSON.stringify(unsigned.transactionId)}`
  if (unsigned.membership !== undefined) text += `,"membership":${JSON.stringify(unsigned.membership)}`
  if (unsigned.replacesState !== undefined) text += `,"replaces_state":${JSON.stringify(unsigned.replacesState)}`
  if (unsigned.prevContentJson !== undefined) text += `,"prev_content":${unsigned.prevContentJson}`
  if (unsigned.redactedBecauseJson !== undefined) text += `,"redacted_because":${unsigned.redactedBecauseJson}`
  if (unsigned.relationsJson !== undefined) text += `,"m.relations":${unsigned.relationsJson}`
  if (unsigned.inviteRoomStateJson !== undefined) text += `,"invite_room_state":${unsigned.inviteRoomStateJson}`
  if (unsigned.knockRoomStateJson !== undefined) text += `,"knock_room_state":${unsigned.knockRoomStateJson}`
  return text
}
