// Reading `m.relates_to`: how an event says that it belongs to another.
// spec: client-server-api #forming-relationships-between-events, modules/rich_replies.md, modules/threading.md

import { type EventId, parseEventId } from '#protocol/identifiers/identifiers.ts'
import { booleanAt, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'

/** A relationship proper: it has a type, and a parent that the server can find its children by. */
export interface Relation {
  readonly relType: string
  readonly parent: EventId
  /** What an `m.annotation` annotates with; undefined also for what cannot be stored. */
  readonly key: string | undefined
}

/** A relation type longer than an event type could be cannot be stored beside one. */
const maxRelTypeBytes = 255

/**
 * The relationship in an event's content, undefined if there is none or it does not follow the schema: such relationships are
 * ignored. A reply alone has no relation type and is none. Reads the cleartext, also of encrypted events.
 */
export function relationOf(content: JsonObject): Relation | undefined {
  const relatesTo = objectAt(content, 'm.relates_to')
  if (relatesTo === undefined) return undefined
  const relType = stringAt(relatesTo, 'rel_type')
  const parent = eventIdAt(relatesTo, 'event_id')
  if (relType === undefined || parent === undefined || !isStorable(relType)) return undefined
  const key = stringAt(relatesTo, 'key')
  return { relType, parent, key: key?.includes('\0') ? undefined : key }
}

export interface Reply {
  readonly to: EventId
  /** True: the reply is only there for clients that know no threads. */
  readonly isFallback: boolean
}

/** The event that this one answers, in a thread or outside. A fallback is one only within a thread. */
export function replyOf(content: JsonObject): Reply | undefined {
  const relatesTo = objectAt(content, 'm.relates_to')
  const inReplyTo = relatesTo && objectAt(relatesTo, 'm.in_reply_to')
  const to = inReplyTo && eventIdAt(inReplyTo, 'event_id')
  if (relatesTo === undefined || to === undefined) return undefined
  const isInThread = relationOf(content)?.relType === 'm.thread'
  return { to, isFallback: isInThread && booleanAt(relatesTo, 'is_falling_back') === true }
}

function eventIdAt(object: JsonObject, key: string): EventId | undefined {
  const text = stringAt(object, key)
  return text === undefined ? undefined : parseEventId(text)
}

const isStorable = (relType: string): boolean =>
  relType !== '' && relType.length <= maxRelTypeBytes && !relType.includes('\0')
