// What is known of files: ours, copies of other servers', and thumbnails.
// spec: client-server-api/modules/content_repo.md

import { statement } from '#platform/database/database.ts'

export interface LocalRow {
  readonly media_id: string
  readonly user_id: string
  readonly content_type: string | null
  readonly file_name: string | null
  readonly size: number | null
  readonly hash: string | null
  readonly expires_at: number | null
}

const localColumns = 'media_id, user_id, content_type, file_name, size, hash, expires_at'

export const selectLocal = statement<[mediaId: string], LocalRow>(
  'media.select_local',
  `select ${localColumns} from local_media where media_id = $1`,
)

export const insertLocal = statement<
  [
    mediaId: string,
    userId: string,
    contentType: string | null,
    fileName: string | null,
    size: number,
    hash: string,
    now: number,
  ]
>(
  'media.insert_local',
  `insert into local_media (media_id, user_id, content_type, file_name, size, hash, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
)

/** Gives out an address, unless the user has too many without content: (id, user, now, expires, most). */
export const insertPending = statement<
  [mediaId: string, userId: string, now: number, expiresAt: number, most: number],
  { media_id: string }
>(
  'media.insert_pending',
  `insert into local_media (media_id, user_id, created_at, expires_at)
    select $1, $2, $3, $4
     where (select count(*) from local_media where user_id = $2 and hash is null and expires_at > $3) < $5
    returning media_id`,
)

/** Gives an address its content, once. */
export const fillPending = statement<
  [mediaId: string, contentType: string | null, fileName: string | null, size: number, hash: string],
  { media_id: string }
>(
  'media.fill_pending',
  `update local_media set content_type = $2, file_name = $3, size = $4, hash = $5, expires_at = null
    where media_id = $1 and hash is null returning media_id`,
)

export const deleteExpired = statement<[now: number]>(
  'media.delete_expired',
  'delete from local_media where hash is null and expires_at < $1',
)

export interface RemoteRow {
  readonly content_type: string | null
  readonly file_name: string | null
  readonly size: number
  readonly hash: string
}

/** The copy, and when it was last used. */
export const selectRemote = statement<[server: string, mediaId: string], RemoteRow & { used_at: number }>(
  'media.select_remote',
  'select content_type, file_name, size, hash, used_at from remote_media where server_name = $1 and media_id = $2',
)

export const touchRemote = statement<[server: string, mediaId: string, now: number]>(
  'media.touch_remote',
  'update remote_media set used_at = $3 where server_name = $1 and media_id = $2',
)

export const upsertRemote = statement<
  [
    server: string,
    mediaId: string,
    contentType: string | null,
    fileName: string | null,
    size: number,
    hash: string,
    now: number,
  ]
>(
  'media.upsert_remote',
  `insert into remote_media (server_name, media_id, content_type, file_name, size, hash, fetched_at, used_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)
    on conflict (server_name, media_id) do update
      set content_type = excluded.content_type, file_name = excluded.file_name, size = excluded.size, hash = excluded.hash,
          fetched_at = excluded.fetched_at, used_at = excluded.used_at`,
)

/**
 * Forgets the copies that were longest unused, at most $3: those not used since $1, and what is beyond $2 bytes in all. Returns the
 * files that no other copy needs any more.
 */
export const evictRemote = statement<[unusedSince: number, largest: number, limit: number], { hash: string }>(
  'media.evict_remote',
  `with ranked as (
      select server_name, media_id, used_at, sum(size) over (order by used_at desc, server_name, media_id) as newer
        from remote_media),
    leaving as (
      select server_name, media_id from ranked where used_at < $1 or newer > $2 order by used_at limit $3),
    gone as (
      delete from remote_media m using leaving l
       where m.server_name = l.server_name and m.media_id = l.media_id returning m.server_name, m.media_id, m.hash)
    select distinct g.hash from gone g
     where not exists (
       select 1 from remote_media m
        where m.hash = g.hash and (m.server_name, m.media_id) not in (select server_name, media_id from gone))`,
)

export interface ThumbnailRow {
  readonly content_type: string
  readonly size: number
  readonly hash: string
}

type Variant = [source: string, width: number, height: number, method: string, animated: boolean]

export const selectThumbnail = statement<Variant, ThumbnailRow>(
  'media.select_thumbnail',
  `select content_type, size, hash from media_thumbnail
    where source = $1 and width = $2 and height = $3 and method = $4 and animated = $5`,
)

/** Keeps a thumbnail, unless the file has so many already. */
export const insertThumbnail = statement<
  [...Variant, contentType: string, size: number, hash: string, most: number],
  { hash: string }
>(
  'media.insert_thumbnail',
  `insert into media_thumbnail (source, width, height, method, animated, content_type, size, hash)
    select $1, $2, $3, $4, $5, $6, $7, $8 where (select count(*) from media_thumbnail where source = $1) < $9
    on conflict do nothing returning hash`,
)

/** Forgets the thumbnails of files that are gone, and returns the files that no other thumbnail needs. */
export const deleteThumbnails = statement<[sources: readonly string[]], { hash: string }>(
  'media.delete_thumbnails',
  `with gone as (delete from media_thumbnail where source = any($1::text[])
      and not exists (select 1 from local_media l where l.hash = source) returning source, hash)
    select distinct g.hash from gone g
     where not exists (select 1 from media_thumbnail t where t.hash = g.hash and t.source <> all($1::text[]))`,
)
