// Follows what is said, from a cursor of its own, and keeps the index: new texts in, redacted ones out.
// spec: client-server-api/modules/search.md; docs/architecture.md §4

import { type Follower, type FollowerParts, follow } from '#platform/follow/follow.ts'
import { type NewEvent, readNews } from '../index/read-news.ts'
import type { Engine } from '../room/engine.ts'
import { removeRedactedEntries } from '../store/search-entries.ts'
import { indexEvents } from './index-events.ts'

/** Some 30 ms of PostgreSQL's work: 0.17 ms a message, measured beside other load. */
const BATCH = 200
/** Milliseconds between batches, while nobody searches: so a burst of messages costs the index no more than a tenth of a core, and it comes behind. */
const REST = 500

export const followSearch = (engine: Engine, following: FollowerParts): Promise<Follower> =>
  follow<NewEvent>(
    {
      name: 'rooms.search',
      kinds: ['event'],
      batch: BATCH,
      rest: REST,
      read: (after, upTo, limit) => readNews(engine, after, upTo, limit),
      handle: async (news) => {
        const events = news.map(({ known }) => known)
        await indexEvents(engine, events)
        // In the same turn, behind the writing: an event that is redacted while it is written is taken out here.
        const redacted = events.flatMap(({ event }) => event.redacts ?? [])
        if (redacted.length > 0) await engine.parts.database.run(removeRedactedEntries, redacted)
      },
    },
    following,
  )
