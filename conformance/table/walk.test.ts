// One walk through the operations that no other test of endpoints asks, on a whole server with two authorities: each is answered with 200,
// in the form that the specification's own schema gives.
// spec: vectors/spec/schemas.json

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, objectAt } from '#protocol/json/json.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { type Asked, beta, type Person, type ServerUnderTest, startServer } from '../bad-input/server-under-test.ts'
import { mismatches } from './check-answers.ts'
import { explanationOf } from './explained.ts'
import { operationFor } from './operations.ts'
import { isServed } from './rows.ts'

const scope = scopeOfFile()
let server: ServerUnderTest
let anna: Person
let bo: Person
let room: RoomId
let event: string
before(async () => {
  server = await startServer(scope, {
    SAMBAND_TENANTS__0__CLIENT_URL: 'https://matrix.alfa.example',
    SAMBAND_TENANTS__0__FEDERATION_ADDRESS: 'matrix.alfa.example:443',
    SAMBAND_SUPPORT__PAGE: 'https://alfa.example/help',
  })
  anna = await server.createUser('anna')
  bo = await server.createUser('bo', beta)
  await server.modules.accounts.createUser({ username: 'chef', password: 'ett långt lösenord', isAdmin: true })
  const named = { name: 'Larm', topic: 'Bränder', visibility: 'public', room_alias_name: 'larm' }
  room = await server.createRoom(anna, named)
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}`
  const sent = await server.ask('PUT', `${path}/send/m.room.message/1`, {
    token: anna.token,
    body: { msgtype: 'm.text', body: 'Det brinner' },
  })
  event = String(sent.body?.['event_id'])
})

/** Asks, and holds the answer against the specification. An operation that is not served is passed over. */
async function walk(
  method: string,
  target: string,
  asked: Asked = {},
  expected = 200,
): Promise<JsonObject | undefined> {
  const operation = operationFor(method, target.split('?', 1)[0] ?? '')
  assert.ok(operation !== undefined, `${method} ${target} is no operation of the specification.`)
  if (!isServed(operation)) return undefined
  const { status, body } = await server.ask(method, target, { token: anna.token, ...asked })
  assert.equal(status, expected, `${operation}: ${JSON.stringify(body)}`)
  const seen = { operation, status, test: '', bodies: [JSON.stringify(body)] }
  const faults = mismatches([seen]).filter((each) => explanationOf(each) === undefined)
  assert.deepEqual(faults, [], JSON.stringify(body))
  return body
}

const client = '/_matrix/client'
const inRoom = () => `${client}/v3/rooms/${encodeURIComponent(room)}`

test('what a client learns of the server', async () => {
  await walk('GET', '/.well-known/matrix/client')
  await walk('GET', '/.well-known/matrix/server')
  await walk('GET', '/.well-known/matrix/support')
  await walk('GET', `${client}/versions`)
  await walk('GET', `${client}/v3/capabilities`)
  await walk('GET', `${client}/v3/voip/turnServer`)
  await walk('GET', `${client}/v3/login`)
  await walk('GET', `${client}/v3/account/whoami`)
  const here = String((await walk('GET', `${client}/v3/sync?timeout=0`))?.['next_batch'])
  await walk('GET', `${client}/v3/keys/changes?from=${here}&to=${here}`)
})

test('what a client finds: rooms, people, messages', async () => {
  await walk('GET', `${client}/v3/publicRooms?limit=10`)
  await walk('POST', `${client}/v3/publicRooms`, { body: { filter: { generic_search_term: 'larm' } } })
  await walk('GET', `${client}/v3/publicRooms?server=${beta}`)
  await walk('POST', `${client}/v3/publicRooms?server=${beta}`, {
    body: { limit: 3, filter: { generic_search_term: 'larm' } },
  })
  await walk('GET', `${client}/v1/room_summary/${encodeURIComponent(room)}`)
  await walk('GET', `${client}/v1/rooms/${encodeURIComponent(room)}/hierarchy`)
  await walk('GET', `${client}/v1/rooms/${encodeURIComponent(room)}/timestamp_to_event?ts=0&dir=f`)
  await walk('POST', `${client}/v3/user_directory/search`, { body: { search_term: 'anna' } })
  await walk('GET', `${client}/v1/mutual_rooms?user_id=${encodeURIComponent(bo.userId)}`)
  const room_events = {
    search_term: 'brinner',
    event_context: { before_limit: 1 },
    groupings: { group_by: [{ key: 'room_id' }] },
  }
  await walk('POST', `${client}/v3/search`, { body: { search_categories: { room_events } } })
})

test('what old clients ask', async () => {
  await walk('GET', `${client}/v3/initialSync?limit=2`)
  await walk('GET', `${inRoom()}/initialSync?limit=2`)
  await walk('GET', `${client}/v3/events?timeout=0`)
  await walk('GET', `${client}/v3/events/${encodeURIComponent(event)}`)
})

test('what a client does in a room', async () => {
  const path = inRoom()
  await walk('GET', `${path}/messages?dir=b&limit=5`)
  await walk('GET', `${path}/context/${encodeURIComponent(event)}`)
  await walk('GET', `${path}/event/${encodeURIComponent(event)}`)
  await walk('GET', `${path}/members`)
  await walk('GET', `${path}/joined_members`)
  await walk('GET', `${path}/state`)
  await walk('GET', `${path}/state/m.room.name/`)
  await walk('GET', `${path}/aliases`)
  await walk('POST', `${path}/read_markers`, { body: { 'm.fully_read': event } })
  await walk(
    'PUT',
    `${client}/v3/user/${encodeURIComponent(anna.userId)}/rooms/${encodeURIComponent(room)}/account_data/m.marked_unread`,
    {
      body: { unread: true },
    },
  )
  await walk('POST', `${path}/report/${encodeURIComponent(event)}`, { body: { reason: 'Fel rum' } })
  await walk('POST', `${path}/report`, { body: { reason: 'Fel rum' } })
})

test('a room marked as unread is so on every device', async () => {
  const { token } = await server.login('anna')
  const synced = await walk('GET', `${client}/v3/sync?timeout=0`, { token })
  const joined = objectAt(objectAt(synced ?? {}, 'rooms') ?? {}, 'join') ?? {}
  const { events } = objectAt(objectAt(joined, room) ?? {}, 'account_data') ?? {}
  assert.ok(Array.isArray(events))
  const marked = events.find((each) => isObject(each) && each['type'] === 'm.marked_unread')
  assert.deepEqual(marked, { type: 'm.marked_unread', content: { unread: true } })
})

test('what goes to the other authority: a profile, a room with somebody of theirs', async () => {
  await walk('GET', `${client}/v3/profile/${encodeURIComponent(bo.userId)}`)
  await walk('POST', `${inRoom()}/invite`, { body: { user_id: bo.userId } })
  await walk('POST', `${client}/v3/join/${encodeURIComponent('#larm:alfa.localhost')}`, {
    token: bo.token,
    host: beta,
    body: {},
  })
  await walk('GET', `${client}/v1/room_summary/${encodeURIComponent('#larm:alfa.localhost')}`, {
    token: bo.token,
    host: beta,
  })
  await walk('POST', `${client}/v3/keys/query`, { body: { device_keys: { [bo.userId]: [] } } })
})

test('what another authority asks of us: a room that it is not in, a moment, an invitation turned down', async () => {
  const { token } = await server.createUser('cilla', beta)
  const cilla = { token, host: beta }
  const other = encodeURIComponent(await server.createRoom(anna, { name: 'Övning' }))
  const invited = { user_id: '@cilla:beta.localhost' }
  await walk('POST', `${client}/v3/rooms/${other}/invite`, { body: invited })
  await walk('GET', `${client}/v1/rooms/${other}/hierarchy`, cilla)
  await walk('POST', `${client}/v3/rooms/${other}/leave`, { ...cilla, body: {} })
  const moment = `${client}/v1/rooms/${encodeURIComponent(room)}/timestamp_to_event?ts=0&dir=f`
  await walk('GET', moment, { token: bo.token, host: beta })
  await walk('POST', `${client}/v3/users/${encodeURIComponent(bo.userId)}/report`, { body: { reason: 'Fel person' } })
})

test('what an administrator looks at', async () => {
  const { token } = await server.login('chef')
  const of = encodeURIComponent(anna.userId)
  await walk('GET', `${client}/v1/admin/lock/${of}`, { token })
  await walk('GET', `${client}/v1/admin/suspend/${of}`, { token })
  await walk('GET', `${client}/v3/admin/whois/${of}`, { token })
})

test('the addresses of an account, on a server without mails and without identity servers', async () => {
  const addresses = `${client}/v3/account/3pid`
  assert.deepEqual(await walk('GET', addresses), { threepids: [] })
  const body = { medium: 'email', address: 'anna@kommun.example' }
  await walk('POST', `${addresses}/delete`, { body })
  await walk('POST', `${addresses}/unbind`, { body })
  const secret = { client_secret: 's', send_attempt: 1 }
  for (const [what, status] of [
    ['account/3pid', 400],
    ['account/password', 400],
    ['register', 403],
  ] as const) {
    const email = { body: { ...secret, email: 'anna@kommun.example' } }
    await walk('POST', `${client}/v3/${what}/email/requestToken`, email, status)
    const telephone = { body: { ...secret, country: 'SE', phone_number: '0700000000' } }
    await walk('POST', `${client}/v3/${what}/msisdn/requestToken`, telephone, 400)
  }
})

test('what a client asks of networks behind bridges, where there is none', async () => {
  const networks = `${client}/v3/thirdparty`
  assert.deepEqual(await walk('GET', `${networks}/protocols`), {})
  await walk('GET', `${networks}/location?alias=%23larm:alfa.localhost`)
  await walk('GET', `${networks}/user?userid=${encodeURIComponent(anna.userId)}`)
  for (const kind of ['protocol', 'location', 'user']) {
    const answer = await walk('GET', `${networks}/${kind}/irc`, {}, 404)
    assert.equal(answer?.['errcode'], 'M_NOT_FOUND')
  }
})

test('nothing on the way was a defect', () => {
  assert.deepEqual(server.defects, [])
})
