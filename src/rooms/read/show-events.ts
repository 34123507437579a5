// Events as one reader sees them: what history visibility hides is left out, and `unsigned` says what is the reader's own.
// The text of an event is made once and shared; only `unsigned` is made per reader.
// spec: client-server-api #room-event-format, modules/history_visibility.md, #aggregations-of-child-events

import { type Unsigned, withUnsigned } from '#protocol/client-event/client-event.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { NodeHash } from '../state/state-map.ts'
import { bundlesOf } from './bundles.ts'
import { contentText, prefixOf, type Reader, type ShowOptions } from './event-form.ts'
import { ownMembership, type ReaderState, type Seen, seenBy, statesBefore } from './sight.ts'

export interface ShownEvent {
  readonly known: KnownEvent
  readonly json: string
}

/** The events that the reader may see, in the order given, as JSON texts. All of one room. */
export async function showEvents(
  engine: Engine,
  events: readonly KnownEvent[],
  reader: Reader,
  options: ShowOptions,
): Promise<ShownEvent[]> {
  if (events.length === 0) return []
  const states = options.plain ? noStates : await statesBefore(engine, events, reader.userId)
  const seen: Seen = options.visible ? { events, pruned: none } : await seenBy(engine, events, states, reader.userId)
  const replaced = options.plain ? nothingReplaced : await replacedBy(engine, seen.events)
  const redactions = await engine.log.byNids(seen.events.flatMap(({ redactedBy }) => redactedBy ?? []))
  const bundles = await bundlesOf(engine, parentsAmong(seen, options), reader, options, async (children) =>
    seenBy(engine, children, await statesBefore(engine, children, reader.userId), reader.userId),
  )
  const erased = await engine.erasedUsers()
  const now = engine.parts.clock.now()
  return seen.events.map((known) => {
    const state = states.get(known.stateBefore ?? ('' as NodeHash))
    const before = replaced.get(known.nid)
    const redaction = known.redactedBy === undefined ? undefined : redactions.get(known.redactedBy)
    const relationsJson = bundles.get(known.event.eventId)
    const unsigned: Unsigned = {
      age: now - known.event.originServerTs,
      ...(state && { membership: ownMembership(known.event, reader.userId, state).after }),
      ...(known.txnId !== undefined &&
        known.deviceId === reader.deviceId &&
        known.event.sender === reader.userId && { transactionId: known.txnId }),
      ...(before && {
        replacesState: before.event.eventId,
        prevContentJson: contentText(before, erased.has(before.event.sender)),
      }),
      ...(redaction && { redactedBecauseJson: withUnsigned(prefixOf(redaction, options)) }),
      ...(relationsJson !== undefined && { relationsJson }),
    }
    return { known, json: withUnsigned(prefixOf(known, options, seen.pruned.has(known.nid)), unsigned) }
  })
}

const noStates: ReadonlyMap<NodeHash, ReaderState> = new Map()
const nothingReplaced: ReadonlyMap<number, KnownEvent> = new Map()
const none: ReadonlySet<number> = new Set()

/** Those whose relations are bundled. */
function parentsAmong({ events, pruned }: Seen, { bundles, related }: ShowOptions): Seen {
  if (!related && !bundles) return { events: [], pruned }
  return { events: related ? events.filter(({ event }) => related.has(event.eventId)) : events, pruned }
}

/** The state event that each state event replaced. */
async function replacedBy(engine: Engine, events: readonly KnownEvent[]): Promise<Map<number, KnownEvent>> {
  const nids = new Map<number, number>()
  for (const { nid, event, stateBefore } of events) {
    if (event.stateKey === undefined || stateBefore === undefined) continue
    const key = { type: event.type, stateKey: event.stateKey }
    const root = await engine.nodes.ensure(engine.root(stateBefore), [key])
    const entry = engine.nodes.trie.get(root, key.type, key.stateKey)
    if (entry) nids.set(nid, entry.eventNid)
  }
  const found = await engine.log.byNids(nids.values())
  const replaced = new Map<number, KnownEvent>()
  for (const [nid, beforeNid] of nids) {
    const before = found.get(beforeNid)
    if (before) replaced.set(nid, before)
  }
  return replaced
}
