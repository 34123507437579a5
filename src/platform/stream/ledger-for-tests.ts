// Tables, writers and guards for the tests of the stream: entries with their positions, accounts with a serial that only one act may take.

import { type Connections, readMigrations, statement, tenantMigrations } from '#platform/database/database.ts'
import { type Act, type Guard, holds, type Writer, write } from './stream.ts'

export interface Entry {
  readonly id: string
  readonly text: string
}

export const entryWriter: Writer<Entry> = {
  name: 'test.write_entry',
  rank: 20,
  text: `insert into test_entry (id, position, text) select * from unnest($1::text[], $2::bigint[], $3::text[])`,
  columns: (entry, position) => [entry.id, position, entry.text],
}

/** Written before the entries, and not positioned. */
export const noteWriter: Writer<{ readonly id: string }> = {
  name: 'test.write_note',
  rank: 10,
  text: `insert into test_note (id) select * from unnest($1::text[])`,
  columns: ({ id }) => [id],
}

export const latestWriter: Writer<{ readonly name: string; readonly value: string }> = {
  name: 'test.write_latest',
  rank: 30,
  text: `insert into test_latest (name, value) select * from unnest($1::text[], $2::text[])
    on conflict (name) do update set value = excluded.value`,
  columns: ({ name, value }) => [name, value],
  key: ({ name }) => name,
}

export const serialGuard: Guard<{ readonly account: number; readonly expected: number }> = {
  name: 'test.take_serial',
  rank: 10,
  text: `with asked as (select * from unnest($1::integer[], $2::integer[], $3::bigint[]) as a (tag, account, expected)),
      first as (select account, min(expected) as expected, count(*) as n from asked group by account),
      taken as (update test_account set serial = first.expected + n from first
        where test_account.account = first.account and test_account.serial = first.expected returning test_account.account)
    select tag from asked join taken using (account)`,
  columns: ({ account, expected }) => [account, expected],
}

export const readEntries = statement<[], { id: string; position: number }>(
  'test.read_entries',
  'select id, position from test_entry order by position',
)
export const readNotes = statement<[], { id: string }>('test.read_notes', 'select id from test_note order by id')
export const readLatest = statement<[], { name: string; value: string }>(
  'test.read_latest',
  'select * from test_latest',
)
export const readSerials = statement<[], { account: number; serial: number }>(
  'test.read_serials',
  'select account, serial from test_account order by account',
)

/** A schema with the stream's own tables and the ledger: quicker than a database, and as fresh. */
export async function makeLedger(connections: Connections, schema: string): Promise<void> {
  const own = readMigrations(tenantMigrations).filter(({ owner }) => owner === 'platform')
  await connections.session(async (session) => {
    await session.run(`create schema ${schema};
      set search_path to ${schema};
      ${own.map(({ sql }) => sql).join('\n')}
      create table test_entry (id text primary key, position bigint not null unique, text text not null check (text <> 'bad'));
      create table test_note (id text primary key);
      create table test_latest (name text primary key, value text not null);
      create table test_account (account integer primary key, serial bigint not null default 0);
      insert into test_account (account) select generate_series(1, 4)`)
  })
}

/** An act of `count` entries `<id>.0`, `<id>.1`, … and a note, all or nothing. */
export function entries(id: string, count = 1, text = 'good', guard?: { account: number; expected: number }): Act {
  const ids = Array.from({ length: count }, (_, i) => `${id}.${i}`)
  return {
    facts: ids.map((each) => ({ kind: 'entry', payload: each })),
    rows: [...ids.map((each, i) => write(entryWriter, { id: each, text }, i)), write(noteWriter, { id })],
    guards: guard === undefined ? [] : [holds(serialGuard, guard)],
  }
}
