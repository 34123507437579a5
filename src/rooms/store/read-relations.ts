// Reading relations between events: for bundles, /relations and /threads.
// spec: client-server-api #relationships-between-events

import { statement } from '#platform/database/database.ts'

/** Edits of the events by their own senders, newest first; few per event are worth looking at: (parents). */
export const editsOf = statement<[readonly string[]], { parent_id: string; event_nid: number }>(
  'rooms.edits_of',
  `select p.id as parent_id, c.event_nid from unnest($1::text[]) as p (id)
     join event o on o.event_id = p.id
     join lateral (select r.event_nid from event_relation r join event e using (event_nid)
        where r.parent_id = p.id and r.rel_type = 'm.replace' and r.sender = o.sender and e.redacted_by is null
        order by e.origin_server_ts desc, e.event_id desc limit 3) c on true`,
)

/** Thread summaries: (parents, ignored senders, viewer). */
export const threadsOf = statement<
  [readonly string[], readonly string[], string],
  { parent_id: string; count: number; latest: number; participated: boolean }
>(
  'rooms.threads_of',
  `select r.parent_id, count(*)::int as count,
      (array_agg(r.event_nid order by r.depth desc, r.position desc))[1] as latest, bool_or(r.sender = $3) as participated
     from event_relation r join event e using (event_nid)
    where r.parent_id = any($1::text[]) and r.rel_type = 'm.thread' and e.redacted_by is null and r.sender <> all($2::text[])
    group by r.parent_id`,
)

/** References, the first hundred of each parent: (parents). */
export const referencesOf = statement<[readonly string[]], { parent_id: string; event_id: string }>(
  'rooms.references_of',
  `select p.id as parent_id, c.event_id from unnest($1::text[]) as p (id)
     join lateral (select e.event_id from event_relation r join event e using (event_nid)
        where r.parent_id = p.id and r.rel_type = 'm.reference' and e.redacted_by is null
        order by r.depth, r.position limit 100) c on true`,
)

/** Which of the events have any relation that bundles: (parents). */
export const bundledParents = statement<[readonly string[]], { parent_id: string }>(
  'rooms.bundled_parents',
  `select distinct parent_id from event_relation
    where parent_id = any($1::text[]) and rel_type in ('m.replace', 'm.thread', 'm.reference')`,
)

export interface RelatedRow {
  readonly event_nid: number
  readonly depth: number
  readonly position: number
}

/** Children backwards from (depth, position): (parent, relation or null, type or null, depth, position, limit). */
export const relatedBefore = statement<[string, string | null, string | null, number, number, number], RelatedRow>(
  'rooms.related_before',
  `select event_nid, depth, position from event_relation
    where parent_id = $1 and rel_type <> 'redacts' and ($2::text is null or rel_type = $2) and ($3::text is null or type = $3)
      and (depth, position) < ($4::bigint, $5::bigint)
    order by depth desc, position desc limit $6`,
)

/** Children forwards from (depth, position). */
export const relatedBehind = statement<[string, string | null, string | null, number, number, number], RelatedRow>(
  'rooms.related_behind',
  `select event_nid, depth, position from event_relation
    where parent_id = $1 and rel_type <> 'redacts' and ($2::text is null or rel_type = $2) and ($3::text is null or type = $3)
      and (depth, position) > ($4::bigint, $5::bigint)
    order by depth, position limit $6`,
)

/** Thread roots of a room by their newest event: (room, before position, only threads of this user or null, limit). */
export const threadRoots = statement<[number, number, string | null, number], { parent_id: string; latest: number }>(
  'rooms.thread_roots',
  `select r.parent_id, max(r.position) as latest from event_relation r
    where r.room_nid = $1 and r.rel_type = 'm.thread'
      and ($3::text is null or exists (select 1 from event_relation mine
            where mine.parent_id = r.parent_id and mine.rel_type = 'm.thread' and mine.sender = $3)
          or exists (select 1 from event root where root.event_id = r.parent_id and root.sender = $3))
    group by r.parent_id having max(r.position) < $2 order by latest desc limit $4`,
)
