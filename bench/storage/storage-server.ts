// A homeserver in this process on a folder of its own, with what the measurement of storage asks of it.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startHomeserverProcess } from '#main/homeserver-process.ts'
import { loadConfig } from '#platform/config/config.ts'
import type { Connections } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { openDatabaseOf } from '../server/database-of.ts'

export interface StorageRoom {
  /** The member with the number joins; number 0 is the creator. */
  join(number: number): Promise<unknown>
  /** A member says something of some 250 bytes, in words, which the search index keeps. */
  say(number: number, what: number): Promise<unknown>
  /** A member takes another name: a change of the state. */
  rename(number: number, to: number): Promise<unknown>
}

export interface StorageServer {
  makeRoom(): Promise<StorageRoom>
  /** Resolves when everything that follows the stream has written what it keeps of it. */
  caughtUp(): Promise<void>
  /** Bytes on disk with indexes, by table, of everything that is not PostgreSQL's own. */
  tableSizes(): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

const SERVER_NAME = 'storage.localhost'

export async function openStorageServer(): Promise<StorageServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-store-'))
  const config = await loadConfig({
    environment: {
      SAMBAND_DATA: path.join(folder, 'data'),
      SAMBAND_LISTENERS__0__PORT: '0',
      SAMBAND_OBSERVATION__ENABLED: 'false',
      SAMBAND_TENANTS__0__SERVER_NAME: SERVER_NAME,
    },
    workingFolder: folder,
  })
  const log = logTo({ write: (line) => void process.stderr.write(line) }, 'error')
  const running = await startHomeserverProcess(config, log)
  const connections = await openDatabaseOf(path.join(folder, 'data'))
  const homeserver = running.homeservers.get(SERVER_NAME)
  if (!homeserver) throw new Error('The homeserver did not open its tenant.')
  const { rooms } = homeserver.modules

  return {
    makeRoom: async () => {
      const roomId = await rooms.create({
        creator: member(0),
        version: '12',
        preset: 'public_chat',
        profileOf,
      })
      const become = (number: number, displayname: string) => {
        const user = member(number)
        return rooms.changeMembership({
          roomId,
          sender: user,
          target: user,
          membership: 'join',
          content: { displayname },
        })
      }
      return {
        join: (number) => become(number, `Member ${number}`),
        rename: (number, to) => become(number, `Member ${number}, then ${to}`),
        say: (number, what) =>
          rooms.send(roomId, {
            type: 'm.room.message',
            sender: member(number),
            content: { msgtype: 'm.text', body: textOf(what) },
          }),
      }
    },
    caughtUp: async () => {
      const last = await rooms.create({ creator: member(0), version: '12', preset: 'private_chat', profileOf })
      const head = (await rooms.roomOf(last, member(0)))?.since ?? 0
      while ((await slowestFollower(connections)) < head) {
        // The index of messages does not rest while somebody waits for it.
        await rooms.search.events({ ...anything, keys: ['content.body'] }, { userId: member(0), deviceId: undefined })
        await setTimeout(PAUSE)
      }
    },
    tableSizes: async () => {
      const rows = await connections.session((session) =>
        session.run(`select relname as table, sum(pg_total_relation_size(pg_class.oid))::text as bytes
          from pg_class join pg_namespace on pg_namespace.oid = relnamespace
          where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg_toast%'
          group by relname`),
      )
      return new Map(rows.map((row) => [String(row['table']), Number(row['bytes'])]))
    },
    close: async () => {
      await connections.close()
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const profileOf = async () => ({ displayname: 'Member 0' })

/** A search that finds nothing. */
const anything = {
  searchTerm: 'ingenting',
  order: 'recent',
  filter: undefined,
  limit: 1,
  groupBy: [],
  context: undefined,
  includeState: false,
  from: undefined,
} as const

/** Milliseconds between two looks at the cursors, which are saved at most every second. */
const PAUSE = 200

async function slowestFollower(connections: Connections): Promise<number> {
  const [place] = await connections.session((session) =>
    session.run(`select quote_ident(nspname) as schema from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relname = 'follower'`),
  )
  const [row] = await connections.session((session) =>
    session.run(`select min(position)::text as slowest from ${place?.['schema']}.follower`),
  )
  return Number(row?.['slowest'] ?? 0)
}

/** Some 250 bytes, more than most messages have, of words as people use them: many of a few, some of many. */
function textOf(number: number): string {
  const words = Array.from({ length: 40 }, (_, index) => {
    const mixed = (number * 7_919 + index * 104_729) % 10_007
    return mixed % 5 === 0 ? `ärende${mixed}` : (commonWords[mixed % commonWords.length] ?? '')
  })
  return words.join(' ')
}

const commonWords = (
  'och att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när år under också efter eller nu sin där vid ' +
  'mot ska skulle kommer ut får finns vara hade alla mycket möte beslut handläggare kommun myndighet region underlag protokoll dagordning'
).split(' ')

const member = (number: number): UserId => `@member${number}:${SERVER_NAME}` as UserId
