// The room behind an alias of another server, whatever that server answers.
// spec: server-server-api, GET /query/directory

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Loopback, oneBody } from '#federation/transport/transport.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseRoomAlias, parseServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { roomsForTests } from './rooms-for-tests.ts'

const alias = parseRoomAlias('#rum:beta.example') ?? assert.fail()
const beta = parseServerName('beta.example') ?? assert.fail()

/** Our aliases, where beta answers so. */
async function aliasesBeside(t: TestContext, answer: { readonly status: number; readonly json: JsonObject }) {
  const loopback = new Loopback()
  loopback.register(beta, async () => ({
    status: answer.status,
    headers: { 'content-type': 'application/json' },
    body: oneBody(Buffer.from(JSON.stringify(answer.json))),
  }))
  return (await roomsForTests(t, { loopback })).rooms.aliases
}

test('the server of an alias is asked last to let us in, also where it names nobody', async (t) => {
  const some = await aliasesBeside(t, { status: 200, json: { room_id: '!r:beta.example', servers: ['gamma.example'] } })
  assert.deepEqual(await some.find(alias), { roomId: '!r:beta.example', servers: ['gamma.example', beta] })
  const none = await aliasesBeside(t, { status: 200, json: { room_id: '!r:beta.example', servers: null } })
  assert.deepEqual(await none.find(alias), { roomId: '!r:beta.example', servers: [beta] })
})

test('an alias that its server does not know is nobody’s; one that cannot be asked for is another matter', async (t) => {
  const unknown = await aliasesBeside(t, { status: 404, json: { errcode: 'M_NOT_FOUND', error: 'No.' } })
  assert.equal(await unknown.find(alias), undefined)
  const broken = await aliasesBeside(t, { status: 500, json: { errcode: 'M_UNKNOWN', error: 'No.' } })
  await assert.rejects(broken.find(alias), (error) => error instanceof MatrixError && error.status === 502)
})
