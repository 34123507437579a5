// One-time and fallback keys.
// spec: client-server-api #one-time-and-fallback-keys

import { statement } from '#platform/database/database.ts'

/**
 * Adds one-time keys behind those that are there: (user, device, algorithms, key IDs, keys, head of the stream, most). Keys that are there
 * already are passed over. Nothing is added when one is there with other content (`clash`), or when there would be too many (`full`).
 */
export const addOneTimeKeys = statement<
  [string, string, readonly string[], readonly string[], readonly string[], number, number],
  { readonly clash: boolean; readonly overfull: boolean }
>(
  'e2ee.add_one_time_keys',
  `with given as (
     select g.*, k.key as known from unnest($3::text[], $4::text[], $5::text[]) with ordinality as g (algorithm, key_id, key, place)
       left join one_time_key k
         on k.user_id = $1 and k.device_id = $2 and k.algorithm = g.algorithm and k.key_id = g.key_id),
   verdict as (
     select exists (select from given where known <> key) as clash,
            (select count(*) from one_time_key where user_id = $1 and device_id = $2)
              + (select count(*) from given where known is null) > $7 as overfull),
   added as (
     insert into one_time_key (user_id, device_id, algorithm, key_id, key, position)
     select $1, $2, algorithm, key_id, key, $6 from given, verdict
      where known is null and not clash and not overfull
      order by place
         on conflict do nothing)
   select clash, overfull from verdict`,
)

/** One fallback key for each algorithm: (user, device, algorithms, key IDs, keys, head). The same key again stays used. */
export const putFallbackKeys = statement<
  [string, string, readonly string[], readonly string[], readonly string[], number]
>(
  'e2ee.put_fallback_keys',
  `insert into fallback_key (user_id, device_id, algorithm, key_id, key, position)
   select $1, $2, g.*, $6 from unnest($3::text[], $4::text[], $5::text[]) as g
       on conflict (user_id, device_id, algorithm) do update
      set key_id = excluded.key_id, key = excluded.key, position = excluded.position, used = false
    where fallback_key.key_id <> excluded.key_id or fallback_key.key <> excluded.key`,
)

export const countFallbackKeys = statement<[string, string], { readonly keys: number }>(
  'e2ee.count_fallback_keys',
  `select count(*) as keys from fallback_key where user_id = $1 and device_id = $2`,
)

export interface ClaimedKeyRow {
  readonly user_id: string
  readonly device_id: string
  readonly algorithm: string
  readonly key_id: string
  readonly key: string
}

/**
 * Takes the oldest one-time key of each device and algorithm, or gives the fallback key where none is left. A key that another claim is
 * taking at this moment is passed over, so that no key is given out twice and no claim waits for another.
 */
export const claimKeys = statement<[readonly string[], readonly string[], readonly string[]], ClaimedKeyRow>(
  'e2ee.claim_keys',
  `with asked as (
     select distinct a.* from unnest($1::text[], $2::text[], $3::text[]) as a (user_id, device_id, algorithm)),
   oldest as materialized (
     select k.key_nid from asked a cross join lateral (
       select o.key_nid from one_time_key o
        where o.user_id = a.user_id and o.device_id = a.device_id and o.algorithm = a.algorithm
        order by o.key_nid
        limit 1
          for update skip locked) k),
   taken as (
     delete from one_time_key o using oldest where o.key_nid = oldest.key_nid
     returning o.user_id, o.device_id, o.algorithm, o.key_id, o.key),
   lent as (
     select f.user_id, f.device_id, f.algorithm, f.key_id, f.key from fallback_key f join asked a using (user_id, device_id, algorithm)
      where not exists (select from taken t
                         where t.user_id = f.user_id and t.device_id = f.device_id and t.algorithm = f.algorithm)),
   -- Whoever is marking it at this moment does it for us; a key that was replaced meanwhile is not marked.
   unused as materialized (
     select f.user_id, f.device_id, f.algorithm from fallback_key f join lent using (user_id, device_id, algorithm, key_id)
      where not f.used
        for update of f skip locked),
   marked as (
     update fallback_key f set used = true from unused u
      where f.user_id = u.user_id and f.device_id = u.device_id and f.algorithm = u.algorithm)
   select * from taken union all select * from lent`,
)

export interface KeyCountRow {
  readonly algorithm: string
  /** One-time keys; null: an unused fallback key. */
  readonly keys: number | null
}

export const countKeys = statement<[string, string], KeyCountRow>(
  'e2ee.count_keys',
  `select algorithm, count(*) as keys from one_time_key where user_id = $1 and device_id = $2 group by algorithm
    union all
   select algorithm, null from fallback_key where user_id = $1 and device_id = $2 and not used`,
)
