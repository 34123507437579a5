// Messages to devices: what waits for devices of ours and for other servers, and what was taken already.
// spec: client-server-api #send-to-device-messaging; server-server-api #send-to-device-messaging

import { statement } from '#platform/database/database.ts'
import type { Guard, Writer } from '#platform/stream/stream.ts'

export interface NewMessage {
  readonly userId: string
  readonly deviceId: string
  /** JSON of the event as clients see it. */
  readonly message: string
}

export const putMessage: Writer<NewMessage> = {
  name: 'e2ee.put_message',
  rank: 350,
  text: `insert into to_device_inbox (user_id, device_id, position, message)
         select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[])`,
  columns: ({ userId, deviceId, message }, position) => [userId, deviceId, position, message],
}

export interface MessageRow {
  readonly position: number
  readonly message: string
}

/** (user, device, after, up to, limit), oldest first. */
export const selectMessages = statement<[string, string, number, number, number], MessageRow>(
  'e2ee.select_messages',
  `select position, message from to_device_inbox
    where user_id = $1 and device_id = $2 and position > $3 and position <= $4 order by position limit $5`,
)

export const deleteMessages = statement<[string, string, number]>(
  'e2ee.delete_messages',
  `delete from to_device_inbox where user_id = $1 and device_id = $2 and position <= $3`,
)

/** Keeps the newest of each inbox: (most). */
export const cutInboxes = statement<[number]>(
  'e2ee.cut_inboxes',
  `with long as (
     select user_id, device_id from to_device_inbox group by user_id, device_id having count(*) > $1),
   bounds as (
     select l.user_id, l.device_id,
            (select position from to_device_inbox m where m.user_id = l.user_id and m.device_id = l.device_id
              order by position desc offset $1 limit 1) as last
       from long l)
   delete from to_device_inbox m using bounds b
    where m.user_id = b.user_id and m.device_id = b.device_id and m.position <= b.last`,
)

export interface NewOutboxRow {
  readonly destination: string
  /** Canonical JSON of the EDU. */
  readonly edu: string
}

export const putOutbox: Writer<NewOutboxRow> = {
  name: 'e2ee.put_outbox',
  rank: 351,
  text: `insert into to_device_outbox (destination, position, edu) select * from unnest($1::text[], $2::bigint[], $3::text[])`,
  columns: ({ destination, edu }, position) => [destination, position, edu],
}

export const selectOutbox = statement<[string, number, number], { readonly position: number; readonly edu: string }>(
  'e2ee.select_outbox',
  `select position, edu from to_device_outbox where destination = $1 and position > $2 order by position limit $3`,
)

export const deleteOutbox = statement<[string, number]>(
  'e2ee.delete_outbox',
  `delete from to_device_outbox where destination = $1 and position <= $2`,
)

export const selectDestinations = statement<[], { readonly destination: string }>(
  'e2ee.select_destinations',
  `with recursive step as (
     (select destination from to_device_outbox order by destination limit 1)
      union all
     select (select o.destination from to_device_outbox o where o.destination > step.destination order by o.destination limit 1)
       from step where step.destination is not null)
   select destination from step where destination is not null`,
)

/** Keeps the newest of each outbox: (most). */
export const cutOutboxes = statement<[number]>(
  'e2ee.cut_outboxes',
  `with long as (select destination from to_device_outbox group by destination having count(*) > $1),
   bounds as (
     select l.destination,
            (select position from to_device_outbox o where o.destination = l.destination order by position desc offset $1 limit 1) as last
       from long l)
   delete from to_device_outbox o using bounds b where o.destination = b.destination and o.position <= b.last`,
)

/** Holds the first time only: a client's transaction. */
export const takeTransaction: Guard<{ readonly transaction: string; readonly now: number }> = {
  name: 'e2ee.take_transaction',
  rank: 311,
  text: `with asked as (select * from unnest($1::int[], $2::text[], $3::bigint[]) as a (tag, transaction, now)),
           put as (
             insert into to_device_sent (transaction, sent_at)
             select distinct on (transaction) transaction, now from asked order by transaction, tag
                 on conflict do nothing
             returning transaction)
         select min(tag) as tag from asked join put using (transaction) group by transaction`,
  columns: ({ transaction, now }) => [transaction, now],
}

export const selectTransaction = statement<[string], { readonly sent_at: number }>(
  'e2ee.select_transaction',
  `select sent_at from to_device_sent where transaction = $1`,
)

/** Holds the first time only: a message of another server. */
export const takeMessageId: Guard<{ readonly origin: string; readonly messageId: string; readonly now: number }> = {
  name: 'e2ee.take_message_id',
  rank: 312,
  text: `with asked as (select * from unnest($1::int[], $2::text[], $3::text[], $4::bigint[]) as a (tag, origin, message_id, now)),
           put as (
             insert into to_device_received (origin, message_id, received_at)
             select distinct on (origin, message_id) origin, message_id, now from asked order by origin, message_id, tag
                 on conflict do nothing
             returning origin, message_id)
         select min(tag) as tag from asked join put using (origin, message_id) group by origin, message_id`,
  columns: ({ origin, messageId, now }) => [origin, messageId, now],
}

export const forgetTransactions = statement<[number]>(
  'e2ee.forget_transactions',
  `delete from to_device_sent where sent_at < $1`,
)

export const forgetMessageIds = statement<[number]>(
  'e2ee.forget_message_ids',
  `delete from to_device_received where received_at < $1`,
)
