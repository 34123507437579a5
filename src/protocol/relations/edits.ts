// Which replacements of an event are valid, and which is the newest.
// spec: client-server-api/modules/event_replacements.md #validity-of-replacement-events

import type { RoomEvent } from '#protocol/events/events.ts'
import { objectAt } from '#protocol/json/json.ts'
import { relationOf } from './relation.ts'

export type EditVerdict = { readonly valid: true } | { readonly valid: false; readonly rule: EditRule }

export type EditRule =
  | 'edit/not-a-replacement'
  | 'edit/other-event'
  | 'edit/other-room'
  | 'edit/other-sender'
  | 'edit/other-type'
  | 'edit/state-event'
  | 'edit/of-an-edit'
  | 'edit/no-new-content'

const valid: EditVerdict = { valid: true }
const refuse = (rule: EditRule): EditVerdict => ({ valid: false, rule })

/**
 * Whether `edit` replaces the content of `original`. Redacted edits have lost their relation and so are none; that a redacted
 * original shows no edits is `mayBundle`'s concern. In encrypted events `m.new_content` is hidden from us and not asked for.
 */
export function editVerdict(edit: RoomEvent, original: RoomEvent): EditVerdict {
  const relation = relationOf(edit.content)
  if (relation?.relType !== 'm.replace') return refuse('edit/not-a-replacement')
  if (relation.parent !== original.eventId) return refuse('edit/other-event')
  if (edit.roomId !== original.roomId) return refuse('edit/other-room')
  if (edit.sender !== original.sender) return refuse('edit/other-sender')
  if (edit.type !== original.type) return refuse('edit/other-type')
  if (edit.stateKey !== undefined || original.stateKey !== undefined) return refuse('edit/state-event')
  if (relationOf(original.content)?.relType === 'm.replace') return refuse('edit/of-an-edit')
  const isHidden = edit.type === 'm.room.encrypted'
  if (!isHidden && objectAt(edit.content, 'm.new_content') === undefined) return refuse('edit/no-new-content')
  return valid
}

/** The newest valid edit: the latest `origin_server_ts`, then the largest event ID. Undefined if no edit is valid. */
export function newestEdit(edits: Iterable<RoomEvent>, original: RoomEvent): RoomEvent | undefined {
  let newest: RoomEvent | undefined
  for (const edit of edits) {
    if (editVerdict(edit, original).valid && (newest === undefined || isNewer(edit, newest))) newest = edit
  }
  return newest
}

function isNewer(one: RoomEvent, other: RoomEvent): boolean {
  if (one.originServerTs !== other.originServerTs) return one.originServerTs > other.originServerTs
  return one.eventId > other.eventId // by code unit, which for the ASCII of event IDs is lexicographic order
}
