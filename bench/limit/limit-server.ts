// Program: the local message-send pipeline, nothing else. What it does, step by step, is in README.md beside it. Its steps must stay as they
// are: figures of different versions are compared by their ratio to it.
// Settings by environment: PORT, PGHOST (socket folder), PGPORT, PGUSER, PGPASSWORD, PGDATABASE; SIGN=0 leaves out the signature, DB=0 the insert.

import crypto from 'node:crypto'
import http from 'node:http'
import pg from 'pg'

const { env } = process
const PORT = Number(env['PORT'] ?? 8200)
const WRITERS = Number(env['WRITERS'] ?? 2)
const ROWS_PER_FLUSH = 256
const SIGN = env['SIGN'] !== '0'
const DB = env['DB'] !== '0'
const SERVER = 'example.org'
const USERS = 5000
const PREFIX = '/_matrix/client/v3/rooms/'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type Query = (name: string, text: string, values: readonly unknown[]) => Promise<unknown>

const DDL = [
  'drop table if exists lp_events, lp_txns',
  `create table lp_events(stream bigint generated always as identity primary key, event_id text not null unique, room_id text not null,
    sender text not null, type text not null, depth bigint not null, ts bigint not null, json text not null)`,
  'create index on lp_events(room_id, depth)',
  'create table lp_txns(token_hash text not null, txn text not null, event_id text not null, primary key(token_hash, txn))',
]
const INSERT = `with t as (insert into lp_txns(token_hash, txn, event_id) select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing)
insert into lp_events(event_id, room_id, sender, type, depth, ts, json)
select * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])`

async function connect(): Promise<Query> {
  const clients: pg.Client[] = []
  for (let i = 0; i < WRITERS; i++) {
    const client = new pg.Client({ pipeline: true })
    await client.connect()
    clients.push(client)
  }
  let turn = 0
  return async (name, text, values) => {
    const client = clients[turn++ % clients.length]
    return (await client?.query({ name, text, values: [...values] }))?.rows
  }
}

/** Canonical JSON: keys sorted by code unit (own, recursive). */
function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  let text = ''
  if (isList(value)) {
    for (const item of value) text += (text ? ',' : '') + canonical(item)
    return `[${text}]`
  }
  for (const key of Object.keys(value).sort())
    text += `${(text ? ',' : '') + JSON.stringify(key)}:${canonical(value[key] ?? null)}`
  return `{${text}}`
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
const tokenHash = (token: string): string => crypto.hash('sha256', token, 'base64url')

type Row = [
  hash: string,
  txn: string,
  id: string,
  room: string,
  sender: string,
  type: string,
  depth: number,
  ts: number,
  json: string,
]

interface Queued {
  readonly row: Row
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const query: Query = DB ? await connect() : async () => []
if (DB) for (const statement of DDL) await query('', statement, [])

const seed = crypto.createHash('sha256').update('seed').digest()
const key = crypto.createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
})
const tokens = new Map<string, string>()
const heads = new Map<string, { id: string; depth: number }>()
const seen = new Map<string, string>()
for (let i = 0; i < USERS; i++) tokens.set(tokenHash(`tok${i}`), `@user${i}:${SERVER}`)

// Group commit: everything that arrived while the writers were busy goes into the next statement.
const queue: Queued[] = []
let busy = 0
const stats = { events: 0, flushes: 0, rows: 0, dup: 0 }

function flush(): void {
  while (queue.length > 0 && busy < WRITERS) {
    const batch = queue.splice(0, ROWS_PER_FLUSH)
    busy += 1
    stats.flushes += 1
    stats.rows += batch.length
    const columns = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => batch.map(({ row }) => row[i]))
    query('ins', INSERT, columns)
      .then(
        () => {
          for (const { resolve } of batch) resolve()
        },
        (error: Error) => {
          for (const { reject } of batch) reject(error)
        },
      )
      .finally(() => {
        busy -= 1
        flush()
      })
  }
}

let armed = false
const store = (row: Row): Promise<void> =>
  new Promise((resolve, reject) => {
    queue.push({ row, resolve, reject })
    if (armed) return
    armed = true
    setImmediate(() => {
      armed = false
      flush()
    })
  })

async function send(auth: string | undefined, room: string, type: string, txn: string, content: Json) {
  if (!auth?.startsWith('Bearer ')) return null
  const hash = tokenHash(auth.slice(7))
  const sender = tokens.get(hash)
  if (!sender) return null
  const done = seen.get(hash + txn)
  if (done) {
    stats.dup += 1
    return done
  }
  const head = heads.get(room) ?? { id: `$${'r'.repeat(43)}`, depth: 0 }
  const depth = head.depth + 1
  const ts = Date.now()
  const event: Record<string, Json> = {
    auth_events: [`$${'a'.repeat(43)}`, `$${'b'.repeat(43)}`, `$${'c'.repeat(43)}`],
    prev_events: [head.id],
    type,
    room_id: room,
    sender,
    depth,
    origin_server_ts: ts,
    content,
  }
  event['hashes'] = { sha256: base64(crypto.hash('sha256', canonical(event), 'buffer')) }
  // Message events keep no content when redacted.
  const redacted = canonical({ ...event, content: {} })
  const id = `$${crypto.hash('sha256', redacted, 'base64url')}`
  if (SIGN) {
    const signature = base64(crypto.sign(null, Buffer.from(redacted), key))
    event['signatures'] = { [SERVER]: { 'ed25519:a_1': signature } }
  }
  heads.set(room, { id, depth })
  if (seen.size > 200_000) seen.clear()
  await store([hash, txn, id, room, sender, type, depth, ts, canonical(event)])
  seen.set(hash + txn, id)
  stats.events += 1
  return id
}

function reply(response: http.ServerResponse, code: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse, parts: string[], body: string) {
  try {
    const [room = '', , type = '', txn = ''] = parts
    const id = await send(
      request.headers.authorization,
      decodeURIComponent(room),
      decodeURIComponent(type),
      decodeURIComponent(txn),
      JSON.parse(body),
    )
    if (id) reply(response, 200, { event_id: id })
    else reply(response, 401, { errcode: 'M_UNKNOWN_TOKEN' })
  } catch (error) {
    reply(response, 500, { errcode: 'M_UNKNOWN', error: String(error) })
  }
}

http
  .createServer((request, response) => {
    if (request.url === '/stats') return reply(response, 200, stats)
    const parts = request.url?.startsWith(PREFIX) ? request.url.slice(PREFIX.length).split('/') : []
    if (request.method !== 'PUT' || parts.length !== 4 || parts[1] !== 'send')
      return reply(response, 404, { errcode: 'M_UNRECOGNIZED' })
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [first] = chunks
      const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks)
      void answer(request, response, parts, bytes.toString())
    })
  })
  .listen(PORT, '127.0.0.1', () => process.send?.('listening'))
