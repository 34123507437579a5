// Access tokens that are missing, wrong, foreign, ended or too old; rooms of others; and transactions that come again.
// spec: client-server-api #client-authentication, #using-access-tokens, #soft-logout, #transaction-identifiers

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { statement } from '#platform/database/database.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { beta, type Person, type ServerUnderTest, startServer } from './server-under-test.ts'

const MISSING = [401, 'M_MISSING_TOKEN'] as const
const UNKNOWN = [401, 'M_UNKNOWN_TOKEN'] as const
const FORBIDDEN = [403, 'M_FORBIDDEN'] as const

const scope = scopeOfFile()
let server: ServerUnderTest
let anna: Person
let roomId: RoomId
before(async () => {
  server = await startServer(scope)
  anna = await server.createUser('anna')
  roomId = await server.createRoom(anna, { preset: 'private_chat' })
})
after(() => assert.deepEqual(server.defects, []))

const room = (id = roomId) => `/_matrix/client/v3/rooms/${encodeURIComponent(id)}`
const send = (txnId: string, { token }: Person, text = 'hej') =>
  server.ask('PUT', `${room()}/send/m.room.message/${txnId}`, { token, body: { msgtype: 'm.text', body: text } })

/** Everything that a stranger could want to do, as method and target. */
const wanted = () =>
  [
    ['GET', '/_matrix/client/v3/account/whoami'],
    ['GET', '/_matrix/client/v3/sync'],
    ['GET', '/_matrix/client/v3/keys/changes?from=s0&to=s1'],
    ['GET', '/_matrix/client/v3/voip/turnServer'],
    ['GET', `${room()}/state`],
    ['PUT', `${room()}/send/m.room.message/stranger`],
    ['POST', '/_matrix/client/v3/createRoom'],
    ['POST', '/_matrix/client/v3/keys/upload'],
    ['POST', '/_matrix/media/v3/upload'],
  ] as const

async function allRefused(expected: readonly [number, string], headers: Record<string, string>): Promise<void> {
  await server.storesNothing(async () => {
    for (const [method, target] of wanted()) {
      const body = method === 'GET' ? undefined : {}
      await server.refused(expected, method, target, { headers, body })
    }
  })
}

test('with the right token the same doors are open', async () => {
  for (const [method, target] of wanted()) {
    if (method !== 'GET') continue
    assert.equal((await server.ask(method, target, { token: anna.token })).status, 200, target)
  }
  const turn = await server.ask('GET', '/_matrix/client/v3/voip/turnServer', { token: anna.token })
  assert.deepEqual(turn.body, {}, 'no relay can be configured')
})

test('without a token, or with one of another scheme, everything is M_MISSING_TOKEN', async () => {
  for (const authorization of [undefined, 'Bearer', 'Bearer ', 'Basic YW5uYTpoZWo=', anna.token]) {
    await allRefused(MISSING, authorization === undefined ? {} : { authorization })
  }
  const signature = 'X-Matrix origin="gamma.example",destination="alfa.localhost",key="ed25519:a",sig="AAAA"'
  await allRefused(MISSING, { authorization: signature })
})

test('a token that nobody was given is M_UNKNOWN_TOKEN, however it looks', async () => {
  const { token } = anna
  const changed = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a')
  for (const wrong of ['x', changed, `${token}a`, token.toUpperCase(), "' or 1=1 --", 'a'.repeat(10_000)]) {
    const headers = { authorization: `Bearer ${wrong}` }
    const expected = wrong.includes(' ') ? MISSING : UNKNOWN
    await allRefused(expected, headers)
  }
})

test('the token of a person at another tenant of the same process is M_UNKNOWN_TOKEN', async () => {
  const bo = await server.createUser('bo', beta)
  await allRefused(UNKNOWN, { authorization: `Bearer ${bo.token}` })
  const own = await server.ask('GET', '/_matrix/client/v3/account/whoami', { token: bo.token, host: beta })
  assert.equal(own.body?.['user_id'], bo.userId)
})

test('a token that was logged out is M_UNKNOWN_TOKEN, and not a soft logout', async () => {
  const again = await server.login('anna')
  const { token } = again
  assert.equal((await server.ask('POST', '/_matrix/client/v3/logout', { token, body: {} })).status, 200)
  await allRefused(UNKNOWN, { authorization: `Bearer ${token}` })
  const answer = await server.refused(UNKNOWN, 'GET', '/_matrix/client/v3/account/whoami', { token })
  assert.notEqual(answer?.['soft_logout'], true)
})

/** Time cannot be turned in a whole process: the token is made as old as it would be. */
const makeOld = statement<[string]>(
  'test.make_tokens_old',
  'update session_token set expires_at = created_at - 1 where user_id = $1 and expires_at is not null',
)

test('a token that is too old is M_UNKNOWN_TOKEN and a soft logout', async () => {
  await server.createUser('olle')
  const olle = await server.login('olle', undefined, { refresh_token: true })
  await server.tenant.database.run(makeOld, olle.userId)
  const answer = await server.refused(UNKNOWN, 'GET', '/_matrix/client/v3/account/whoami', { token: olle.token })
  assert.equal(answer?.['soft_logout'], true)
})

test('who is not in a room may neither read nor write it, nor learn whether it is there', async () => {
  const cilla = await server.createUser('cilla')
  const { token } = cilla
  const { body } = await send('secret', anna)
  const event = encodeURIComponent(String(body?.['event_id']))
  await server.storesNothing(async () => {
    await server.refused(FORBIDDEN, 'GET', `${room()}/state`, { token })
    await server.refused(FORBIDDEN, 'GET', `${room()}/members`, { token })
    await server.refused(FORBIDDEN, 'GET', `${room()}/messages?dir=b`, { token })
    await server.refused([404, 'M_NOT_FOUND'], 'GET', `${room()}/event/${event}`, { token })
    await server.refused(FORBIDDEN, 'POST', `${room()}/invite`, { token, body: { user_id: cilla.userId } })
    await server.refused(FORBIDDEN, 'POST', `${room()}/join`, { token, body: {} })
    await server.refused(FORBIDDEN, 'PUT', `${room()}/send/m.room.message/x`, { token, body: { body: 'hej' } })
    const unknown = room(`!${'A'.repeat(43)}` as RoomId)
    await server.refused(FORBIDDEN, 'GET', `${unknown}/state`, { token })
  })
})

test('a transaction that comes again is the same event, also when it says something else', async () => {
  const first = await send('t1', anna)
  await server.storesNothing(async () => {
    assert.deepEqual((await send('t1', anna)).body, first.body)
    assert.deepEqual((await send('t1', anna, 'annat')).body, first.body)
  })
})

test('a transaction that comes ten times at once is one event', async () => {
  const before = server.position
  const answers = await Promise.all(Array.from({ length: 10 }, () => send('t2', anna)))
  const ids = new Set(answers.map(({ status, body }) => `${status} ${body?.['event_id']}`))
  assert.equal(ids.size, 1, [...ids].join())
  await server.tenant.stream.idle()
  assert.equal(server.position, before + 1)
})

test('the same transaction ID of another device, or for another kind of request, is another event', async () => {
  const tablet = await server.login('anna')
  const ids = new Set([(await send('t3', anna)).body?.['event_id'], (await send('t3', tablet)).body?.['event_id']])
  assert.equal(ids.size, 2)
  const [eventId] = ids
  const target = `${room()}/redact/${encodeURIComponent(String(eventId))}/t3`
  const redacted = await server.ask('PUT', target, { token: anna.token, body: {} })
  assert.equal(redacted.status, 200)
  assert.equal(ids.has(redacted.body?.['event_id']), false)
})
