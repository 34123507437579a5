// What was said around an event that was found, and by whom, as they were called then.
// spec: client-server-api/modules/search.md (event_context)

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'
import { type Reader, shownEvent } from '../read/event-form.ts'
import { readAround } from '../read/history.ts'
import type { ShownEvent } from '../read/show-events.ts'
import { before, behind } from '../read/tokens.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { SearchContext, SpeakerProfile } from './search-request.ts'

export async function contextOf(
  engine: Engine,
  known: KnownEvent,
  wanted: { readonly before: number; readonly after: number; readonly withProfiles: boolean },
  reader: Reader,
): Promise<SearchContext> {
  const { roomNid, event, position } = known
  const [start, end] = [before(event, position ?? 0), behind(event, position ?? 0)]
  const [earlier, later] = await Promise.all([
    readAround(engine, { roomNid }, 'b', start, wanted.before, undefined, reader),
    readAround(engine, { roomNid }, 'f', end, wanted.after, undefined, reader),
  ])
  return {
    before: earlier.events,
    after: later.events,
    start: earlier.end,
    end: later.end,
    profiles: wanted.withProfiles ? await profilesAt(engine, known, [...earlier.events, ...later.events]) : undefined,
  }
}

async function profilesAt(
  engine: Engine,
  known: KnownEvent,
  around: readonly ShownEvent[],
): Promise<ReadonlyMap<UserId, SpeakerProfile>> {
  const profiles = new Map<UserId, SpeakerProfile>()
  if (!known.stateAfter) return profiles
  const speakers = new Set([known, ...around.map((shown) => shown.known)].map(({ event }) => event.sender))
  const keys = [...speakers].map((stateKey) => ({ type: 'm.room.member', stateKey }))
  const state = await engine.stateEventsAt(engine.root(known.stateAfter), keys)
  for (const userId of speakers) {
    const member = state.known('m.room.member', userId)
    if (!member) continue
    const { content } = shownEvent(member)
    profiles.set(userId, {
      displayName: stringAt(content, 'displayname'),
      avatarUrl: stringAt(content, 'avatar_url'),
    })
  }
  return profiles
}
