// Reports of people to the administrators.
// spec: client-server-api #reporting-content

import { statement } from '#platform/database/database.ts'

export interface ReportRow {
  readonly report_id: number
  readonly reported_ts: number
  readonly reporter: string
  readonly kind: string
  readonly room_id: string | null
  readonly event_id: string | null
  readonly user_id: string | null
  readonly reason: string
}

/**
 * Writes a report, unless its reporter has written `$8` since `$9`: (time, reporter, kind, room, event, user, reason, most, since).
 * Nothing comes back when they have.
 */
export const writeReport = statement<
  [number, string, string, string | null, string | null, string | null, string, number, number],
  { report_id: number }
>(
  'moderation.write_report',
  `insert into report (reported_ts, reporter, kind, room_id, event_id, user_id, reason)
    select $1::bigint, $2, $3, $4, $5, $6, $7
     where (select count(*) from report where reporter = $2 and reported_ts > $9::bigint) < $8::bigint
    returning report_id`,
)

/** When the reporter's first report since then was: (reporter, since). */
export const firstReportSince = statement<[string, number], { reported_ts: number }>(
  'moderation.first_report_since',
  'select reported_ts from report where reporter = $1 and reported_ts > $2 order by reported_ts limit 1',
)

/** The newest reports before a number, of a kind (null: any): (before, kind, limit). */
export const reportsBefore = statement<[number, string | null, number], ReportRow>(
  'moderation.reports_before',
  `select report_id, reported_ts, reporter, kind, room_id, event_id, user_id, reason from report
    where report_id < $1 and ($2::text is null or kind = $2) order by report_id desc limit $3`,
)
