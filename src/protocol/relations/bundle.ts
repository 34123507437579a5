// Bundled aggregations: the text of `m.relations`, put together from parts that are text already.
// spec: client-server-api #aggregations-of-child-events; modules/event_replacements.md, threading.md, reference_relations.md

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'

/** Kinds that are aggregated. Annotations are not, since v1.7 they are counted by clients. */
export const bundledRelTypes = ['m.replace', 'm.thread', 'm.reference'] as const
export type BundledRelType = (typeof bundledRelTypes)[number]

/** Whether children of this kind are shown with an event: never with state events, edits not with redacted events. */
export function mayBundle(event: RoomEvent, relType: BundledRelType, isRedacted: boolean): boolean {
  if (event.stateKey !== undefined) return false
  return relType !== 'm.replace' || !isRedacted
}

/** A thread as its root shows it. Events of users whom the viewer ignores are counted out by the caller. */
export interface ThreadSummary {
  /** The topologically last event in its client form, as JSON text, with aggregations of its own. */
  readonly latestEventJson: string
  readonly count: number
  readonly currentUserParticipated: boolean
}

export interface Bundle {
  /** The newest valid edit in its client form, as JSON text. */
  readonly replaceJson?: string
  readonly thread?: ThreadSummary
  /** Events that refer to this one. The caller bounds how many. */
  readonly references?: readonly EventId[]
}

/** The JSON text of `m.relations`, undefined if there is nothing to bundle: the member is then left out. */
export function bundleJson({ replaceJson, thread, references }: Bundle): string | undefined {
  const members: string[] = []
  if (replaceJson !== undefined) members.push(`"m.replace":${replaceJson}`)
  if (thread !== undefined && thread.count > 0) members.push(`"m.thread":${threadJson(thread)}`)
  if (references !== undefined && references.length > 0) members.push(`"m.reference":${referencesJson(references)}`)
  return members.length === 0 ? undefined : `{${members.join(',')}}`
}

const threadJson = ({ latestEventJson, count, currentUserParticipated }: ThreadSummary): string =>
  `{"latest_event":${latestEventJson},"count":${count},"current_user_participated":${currentUserParticipated}}`

const referencesJson = (references: readonly EventId[]): string =>
  `{"chunk":[${references.map((id) => `{"event_id":${JSON.stringify(id)}}`).join(',')}]}`

/** Whether a user takes part in a thread: as the sender of its root, or of an event in it. */
export const participates = (userId: UserId, root: RoomEvent, hasSentInThread: boolean): boolean =>
  root.sender === userId || hasSentInThread
