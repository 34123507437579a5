// Reading relations between events: for bundles, /relations and /threads.
// spec: client-server-api #relationships-between-events

import { statement } from '#platform/database/database.ts'

/** Edits of the events by their own senders, newest first; few per event are worth looking at: (parents). */
export const editsOf = statement<[readonly string[]], { parent_id: string; event_nid: number }>(
  'rooms.edits_of',
  `select p.id as parent_id, c.event_nid from unnest($1::text[]) as p (id)
     join event o on o.event_id = p.id
     join lateral (select r.event_nid from event_relation r join event e using (event_nid)
        where r.parent_id = p.id and r.room_nid = o.room_nid and r.rel_type = 'm.replace' and r.sender = o.sender
          and e.redacted_by is null
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
     from event_relation r join event e using (event_nid) join event p on p.event_id = r.parent_id and p.room_nid = r.room_nid
    where r.parent_id = any($1::text[]) and r.rel_type = 'm.thread' and e.redacted_by is null and r.sender <> all($2::text[])
    group by r.parent_id`,
)

/** References, the first hundred of each parent: (parents). */
export const referencesOf = statement<[readonly string[]], { parent_id: string; event_id: string }>(
  'rooms.references_of',
  `select p.id as parent_id, c.event_id from unnest($1::text[]) as p (id) join event o on o.event_id = p.id
     join lateral (select e.event_id from event_relation r join event e using (event_nid)
        where r.parent_id = p.id and r.room_nid = o.room_nid and r.rel_type = 'm.reference' and e.redacted_by is null
        order by r.depth, r.position limit 100) c on true`,
)

/** Which of the events have any relation that bundles: (parents). */
export const bundledParents = statement<[readonly string[]], { parent_id: string }>(
  'rooms.bundled_parents',
  `select distinct parent_id from event_relation
    where parent_id = any($1::text[]) and rel_type in ('m.replace', 'm.thread', 'm.reference')`,
)

/** What relates to the events in their own rooms, each relation of each sender once, at most a thousand for an event: (parents). */
export const relationsTo = statement<[readonly string[]], { parent_id: string; rel_type: string; sender: string }>(
  'rooms.relations_to',
  `select p.id as parent_id, c.rel_type, c.sender from unnest($1::text[]) as p (id) join event o on o.event_id = p.id
     join lateral (select distinct r.rel_type, r.sender from event_relation r join event e using (event_nid)
        where r.parent_id = p.id and r.room_nid = o.room_nid and r.rel_type <> 'redacts' and e.redacted_by is null limit 1000) c on true`,
)

export interface RelatedRow {
  readonly event_nid: number
  readonly depth: number
  readonly position: number
}

/** What of the children is asked for: room, parent, relation or null, type or null, depth, position, limit, levels. */
type RelatedParams = [number, string, string | null, string | null, number, number, number, number]

/**
 * Children in the parent's own room, down to a number of levels: an event elsewhere that names the parent says nothing here. A redacted
 * child has lost its relation.
 */
const descendants = `with recursive tree as (
    select r.event_nid, r.rel_type, r.type, r.depth, r.position, 1 as level from event_relation r
      where r.room_nid = $1 and r.parent_id = $2 and r.rel_type <> 'redacts'
    union
    select r.event_nid, r.rel_type, r.type, r.depth, r.position, t.level + 1
      from tree t join event e on e.event_nid = t.event_nid join event_relation r on r.parent_id = e.event_id
      where t.level < $8 and r.room_nid = $1 and r.rel_type <> 'redacts' and e.redacted_by is null)
  select t.event_nid, t.depth, t.position from (select distinct event_nid, rel_type, type, depth, position from tree) t
    join event e using (event_nid)
    where e.redacted_by is null and ($3::text is null or t.rel_type = $3) and ($4::text is null or t.type = $4)`

/** Backwards from (depth, position), that point included. */
export const relatedBefore = statement<RelatedParams, RelatedRow>(
  'rooms.related_before',
  `${descendants} and (t.depth, t.position) <= ($5::bigint, $6::bigint) order by t.depth desc, t.position desc limit $7`,
)

/** Forwards from behind (depth, position). */
export const relatedBehind = statement<RelatedParams, RelatedRow>(
  'rooms.related_behind',
  `${descendants} and (t.depth, t.position) > ($5::bigint, $6::bigint) order by t.depth, t.position limit $7`,
)

/** Thread roots of a room by their newest event: (room, before position, only threads of this user or null, limit). */
export const threadRoots = statement<[number, number, string | null, number], { parent_id: string; latest: number }>(
  'rooms.thread_roots',
  `select r.parent_id, max(r.position) as latest
     from event_relation r join event e using (event_nid) join event root on root.event_id = r.parent_id
    where r.room_nid = $1 and root.room_nid = $1 and r.rel_type = 'm.thread' and e.redacted_by is null
    group by r.parent_id, root.sender
    having max(r.position) < $2 and ($3::text is null or root.sender = $3 or bool_or(r.sender = $3))
    order by latest desc limit $4`,
)
