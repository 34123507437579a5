// Bundled aggregations of a page of events: edits, threads and references, a fixed number of queries for all of them.
// spec: client-server-api #aggregations-of-child-events, modules/threading.md, event_replacements.md

import { type Unsigned, withUnsigned } from '#protocol/client-event/client-event.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { bundleJson, editVerdict, mayBundle, participates } from '#protocol/relations/relations.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { bundledParents, editsOf, referencesOf, threadsOf } from '../store/read-relations.ts'
import { prefixOf, type Reader, type ShowOptions } from './event-form.ts'
import type { Seen } from './sight.ts'

/** `m.relations` texts by event ID; events without any are left out. */
export async function bundlesOf(
  engine: Engine,
  parents: Seen,
  reader: Reader,
  options: ShowOptions,
  look: (children: readonly KnownEvent[]) => Promise<Seen>,
): Promise<Map<EventId, string>> {
  const { database } = engine.parts
  const { events } = parents
  const ids = events.filter(({ event }) => event.stateKey === undefined).map(({ event }) => event.eventId)
  if (ids.length === 0) return new Map()
  const related = (await database.run(bundledParents, ids)).map((row) => row.parent_id)
  if (related.length === 0) return new Map()

  const [edits, threads, references] = await Promise.all([
    database.run(editsOf, related),
    database.run(threadsOf, related, [...(reader.ignored ?? [])], reader.userId),
    database.run(referencesOf, related),
  ])
  const found = await engine.log.byNids([...edits.map((row) => row.event_nid), ...threads.map((row) => row.latest)])
  // Who has left may see a message, and not what came to it since.
  const seen = await look([...found.values()])
  const children = new Map(seen.events.map((known) => [known.nid, known]))
  const latest = threads.flatMap((row) => (seen.pruned.has(row.latest) ? [] : (children.get(row.latest) ?? [])))
  const inner = latest.length > 0 ? await editsAlone(engine, latest, options) : new Map<EventId, string>()
  const form = (known: KnownEvent, unsigned?: Unsigned) =>
    withUnsigned(prefixOf(known, options, seen.pruned.has(known.nid)), unsigned)

  const texts = new Map<EventId, string>()
  for (const known of events) {
    const { event } = known
    const isRedacted = known.redactedBy !== undefined || parents.pruned.has(known.nid)
    const edit = newestEdit(known, edits, children)
    const thread = threads.find((row) => row.parent_id === event.eventId)
    const last = thread && children.get(thread.latest)
    const lastRelations = last && inner.get(last.event.eventId)
    const text = bundleJson({
      ...(edit && mayBundle(event, 'm.replace', isRedacted) && { replaceJson: form(edit) }),
      ...(thread &&
        last &&
        mayBundle(event, 'm.thread', isRedacted) && {
          thread: {
            latestEventJson: form(last, lastRelations === undefined ? undefined : { relationsJson: lastRelations }),
            count: thread.count,
            currentUserParticipated: participates(reader.userId, event, thread.participated),
          },
        }),
      ...(mayBundle(event, 'm.reference', isRedacted) && {
        references: references.filter((row) => row.parent_id === event.eventId).map((row) => row.event_id as EventId),
      }),
    })
    if (text !== undefined) texts.set(event.eventId, text)
  }
  return texts
}

/** The edits of the last events of threads: a thread's summary shows them as they are now. */
async function editsAlone(engine: Engine, events: readonly KnownEvent[], options: ShowOptions) {
  const rows = await engine.parts.database.run(
    editsOf,
    events.map(({ event }) => event.eventId),
  )
  const children = await engine.log.byNids(rows.map((row) => row.event_nid))
  const texts = new Map<EventId, string>()
  for (const known of events) {
    const edit = newestEdit(known, rows, children)
    const text = edit && bundleJson({ replaceJson: withUnsigned(prefixOf(edit, options)) })
    if (text !== undefined) texts.set(known.event.eventId, text)
  }
  return texts
}

function newestEdit(
  original: KnownEvent,
  rows: readonly { parent_id: string; event_nid: number }[],
  children: ReadonlyMap<number, KnownEvent>,
): KnownEvent | undefined {
  for (const row of rows) {
    if (row.parent_id !== original.event.eventId) continue
    const edit = children.get(row.event_nid)
    if (edit && editVerdict(edit.event, original.event).valid) return edit
  }
  return undefined
}
