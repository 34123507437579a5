// Every message of a server by its text, with the IDs of the events that say it: straight from the database.

import { openDatabaseAt } from '../server/database-of.ts'
import type { SambandServer } from '../server/samband-server.ts'

/** @returns event IDs by text */
export async function countMessages({ databaseSettings }: SambandServer): Promise<Map<string, string[]>> {
  const connections = await openDatabaseAt(databaseSettings)
  try {
    const found = new Map<string, string[]>()
    for (const schema of await schemasWithEvents(connections)) {
      const rows = await connections.session((session) =>
        session.run(
          `select event_id, json::jsonb #>> '{content,body}' as text from ${schema}.event where type = 'm.room.message'`,
        ),
      )
      for (const row of rows) {
        const text = String(row['text'])
        found.set(text, [...(found.get(text) ?? []), String(row['event_id'])])
      }
    }
    return found
  } finally {
    await connections.close()
  }
}

async function schemasWithEvents(connections: Awaited<ReturnType<typeof openDatabaseAt>>): Promise<string[]> {
  const rows = await connections.session((session) =>
    session.run(`select quote_ident(schemaname) as name from pg_tables where tablename = 'event'`),
  )
  return rows.map((row) => String(row['name']))
}
