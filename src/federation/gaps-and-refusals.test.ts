// What other servers send that is not as it should be, and what is missing: fetched where it can be had, refused where it may not be.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu, #backfilling-and-retrieving-missing-events, #server-access-control-lists-acls

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { hashAndSign } from '#protocol/events/events.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { assertSame, settle, type TestLine, type TestServer, twoServers } from './servers-for-tests.ts'
import { oneBody } from './transport/transport.ts'

const scope = scopeOfFile()
const crypto = loadCrypto()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
})

async function sharedRoom(): Promise<RoomId> {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  return roomId
}

/** A message that stands on the room as beta knows it; `more` replaces members. */
async function draft(roomId: RoomId, more: JsonObject = {}): Promise<JsonObject> {
  const head = (await beta.rooms.head(roomId)) ?? assert.fail()
  const state = await beta.rooms.currentState(roomId, [
    { type: 'm.room.power_levels', stateKey: '' },
    { type: 'm.room.member', stateKey: bo },
  ])
  const auth = [state?.get('m.room.power_levels', ''), state?.get('m.room.member', bo)]
  return {
    type: 'm.room.message',
    room_id: roomId,
    sender: bo,
    content: { msgtype: 'm.text', body: 'utkast' },
    origin_server_ts: line.clock.now(),
    depth: Math.max(...head.extremities.map(({ depth }) => depth)) + 1,
    prev_events: head.extremities.map(({ eventId }) => eventId),
    auth_events: auth.flatMap((event) => event?.eventId ?? []),
    ...more,
  }
}

const signed = (pdu: JsonObject, by: TestServer = beta) =>
  hashAndSign(pdu, {
    version: roomVersion('12') ?? assert.fail(),
    serverName: by.name,
    crypto,
    signingKey: by.signingKey,
  })

let transactions = 0
/** Sends PDUs from beta to alfa. @returns the event IDs that were not taken. */
async function send(pdus: readonly string[], edus: readonly string[] = []): Promise<readonly string[]> {
  const txnId = `test${transactions++}`
  const outcome = await beta.running.transport.sendTransaction(alfa.name, { txnId, pdus, edus })
  return outcome.ok ? outcome.value.refused : assert.fail(JSON.stringify(outcome.failure))
}

const isThere = async (eventId: EventId): Promise<boolean> => (await alfa.rooms.event(eventId)) !== undefined

test('a bad event fails only itself: the others of the transaction are taken', async () => {
  const roomId = await sharedRoom()
  const good = signed(await draft(roomId, { content: { msgtype: 'm.text', body: 'bra' } }))
  const other = signed(await draft(roomId, { content: { msgtype: 'm.text', body: 'dålig' } }), alfa)
  assert.deepEqual(await send([other.json, good.json]), [other.event.eventId])
  assert.deepEqual(await alfa.messages(roomId), ['bra'])
  assert.equal(await isThere(other.event.eventId), false)
})

test('a wrong signature is refused, and nothing is stored', async () => {
  const roomId = await sharedRoom()
  const { event } = signed(await draft(roomId))
  const signature = 'A'.repeat(86)
  const forged = { ...event.pdu, signatures: { [beta.name]: { [beta.signingKey.keyId]: signature } } }
  assert.deepEqual(await send([canonicalJson(forged)]), [event.eventId])
  assert.equal(await isThere(event.eventId), false)
})

test('an event of a user of a third server without that server’s signature is refused', async () => {
  const roomId = await sharedRoom()
  const { event, json } = signed(await draft(roomId, { sender: '@vem:gamma.example' }))
  assert.deepEqual(await send([json]), [event.eventId])
  assert.equal(await isThere(event.eventId), false)
})

test('content that was changed on the way is taken redacted', async () => {
  const roomId = await sharedRoom()
  const { event } = signed(await draft(roomId))
  const changed = canonicalJson({ ...event.pdu, content: { msgtype: 'm.text', body: 'ändrat' } })
  assert.deepEqual(await send([changed]), [])
  assert.deepEqual((await alfa.rooms.event(event.eventId))?.event.content, {})
})

test('an event that names auth events of another room is rejected and shown to nobody', async () => {
  const roomId = await sharedRoom()
  const elsewhere = await sharedRoom()
  const other = await draft(elsewhere)
  const { event, json } = signed(await draft(roomId, { auth_events: other['auth_events'] ?? [] }))
  const extremities = (await alfa.rooms.head(roomId))?.extremities
  assert.deepEqual(await send([json]), [])
  assert.equal((await alfa.rooms.event(event.eventId))?.rejected, true)
  assert.deepEqual(await alfa.messages(roomId), [])
  assert.deepEqual((await alfa.rooms.head(roomId))?.extremities, extremities)
})

test('an event that names an event of another room as previous is refused: no state comes from one room into another', async () => {
  const roomId = await sharedRoom()
  const elsewhere = await beta.createRoom(bo)
  await alfa.join(elsewhere, anna, beta)
  const alien = await beta.setState(elsewhere, bo, 'x.alien', {})
  await settle(alfa, beta)
  const before = await alfa.state(roomId)
  const { event, json } = signed(await draft(roomId, { prev_events: [alien] }))
  assert.deepEqual(await send([json]), [event.eventId])
  const [tip = assert.fail()] = (await alfa.rooms.head(roomId))?.extremities ?? []
  const both = signed(await draft(roomId, { prev_events: [tip.eventId, alien] }))
  assert.deepEqual(await send([both.json]), [both.event.eventId])
  // Neither when it is shown to us as what another event stands on.
  const upon = signed(await draft(roomId, { prev_events: [tip.eventId, event.eventId], depth: 99 }))
  await answering(
    { get_missing_events: { events: [event.pdu] }, state_ids: { pdu_ids: [], auth_chain_ids: [] } },
    async () => {
      assert.deepEqual(await send([upon.json]), [upon.event.eventId])
    },
  )
  for (const id of [event.eventId, both.event.eventId, upon.event.eventId]) assert.equal(await isThere(id), false)
  assert.deepEqual(await alfa.state(roomId), before)
})

test('an event that its sender may not send is rejected', async () => {
  const roomId = await sharedRoom()
  const { event, json } = signed(await draft(roomId, { type: 'm.room.topic', state_key: '', content: { topic: 'x' } }))
  assert.deepEqual(await send([json]), [])
  assert.equal((await alfa.rooms.event(event.eventId))?.rejected, true)
  assert.equal((await alfa.state(roomId)).has('m.room.topic '), false)
})

test('more previous events than the format allows are refused', async () => {
  const roomId = await sharedRoom()
  const prev_events = Array.from({ length: 21 }, (_, index) => `$${String(index).padEnd(43, 'A')}`)
  const { pdu } = signed(await draft(roomId)).event
  const before = (await alfa.timeline(roomId)).length
  const asked = line.network.requests.length
  await send([canonicalJson({ ...pdu, prev_events })])
  assert.equal((await alfa.timeline(roomId)).length, before)
  assert.equal(line.network.requests.length, asked + 1)
})

test('previous events that nobody can show cost a bounded number of questions, and the event is refused', async () => {
  const roomId = await sharedRoom()
  const prev_events = Array.from({ length: 20 }, (_, index) => `$${String(index).padEnd(43, 'A')}`)
  const { event, json } = signed(await draft(roomId, { prev_events }))
  const before = line.network.requests.length
  assert.deepEqual(await send([json]), [event.eventId])
  assert.ok(line.network.requests.length - before <= 5)
  assert.equal(await isThere(event.eventId), false)
})

test('events of a room that was never heard of are refused, and no room is made', async () => {
  const roomId = await beta.createRoom(bo)
  const message = signed(await draft(roomId))
  await send([message.json])
  assert.equal(await alfa.rooms.head(roomId), undefined)
})

test('an access list keeps a server out: from events, typing and questions', async () => {
  const roomId = await sharedRoom()
  const { event, json } = signed(await draft(roomId))
  const typing = { content: { room_id: roomId, user_id: bo, typing: true }, edu_type: 'm.typing' }
  await alfa.setState(roomId, anna, 'm.room.server_acl', { allow: ['*'], deny: ['beta.example'] })
  assert.deepEqual(await send([json], [canonicalJson(typing)]), [event.eventId])
  assert.equal(await isThere(event.eventId), false)
  assert.deepEqual(alfa.running.ephemeral.typing.in(roomId), [])
  const { transport } = beta.running
  const asked = await Promise.all([
    transport.makeJoin(alfa.name, { roomId, userId: bo, versions: ['12'] }),
    transport.backfill(alfa.name, { roomId, from: [event.eventId], limit: 10 }),
    transport.getStateIds(alfa.name, { roomId, eventId: event.eventId }),
    transport.getEventAuth(alfa.name, { roomId, eventId: event.eventId }),
    transport.getMissingEvents(alfa.name, { roomId, earliest: [], latest: [event.eventId], limit: 10, minDepth: 0 }),
  ])
  for (const outcome of asked) {
    assert.equal(outcome.ok, false)
    assert.deepEqual(
      outcome.ok || outcome.failure.kind !== 'refused' || [outcome.failure.status, outcome.failure.errcode],
      [403, 'M_FORBIDDEN'],
    )
  }
})

test('the same transaction gets the same answer, and is taken once', async () => {
  const roomId = await sharedRoom()
  const { json } = signed(await draft(roomId, { content: { msgtype: 'm.text', body: 'en' } }))
  const again = signed(await draft(roomId, { content: { msgtype: 'm.text', body: 'annan' } }))
  const origin = beta.name
  const take = (text: string) => {
    const pdu = parseJson(text).ok as JsonObject
    return alfa.running.inbound.receiveTransaction({ origin, txnId: 'samma', pdus: [pdu], edus: [] })
  }
  const first = await take(json)
  assert.equal(await take(again.json), first)
  assert.equal(await isThere(again.event.eventId), false)
  assert.deepEqual(await alfa.messages(roomId), ['en'])
})

test('a short gap is filled by the events in it', async () => {
  const roomId = await sharedRoom()
  const lost: string[] = []
  await beta.unsent(async () => {
    for (let index = 0; index < 5; index++) {
      lost.push(`m${index}`)
      await beta.say(roomId, bo, `m${index}`)
    }
  })
  await beta.say(roomId, bo, 'sist')
  await settle(alfa, beta)
  assert.deepEqual(await alfa.messages(roomId), [...lost, 'sist'])
  await assertSame(roomId, alfa, beta)
})

test('a long gap is bridged by the state at its end: what was changed within it is known', async () => {
  const roomId = await sharedRoom()
  await beta.unsent(async () => {
    await beta.rooms.send(roomId, {
      type: 'm.room.member',
      stateKey: bo,
      sender: bo,
      content: { membership: 'join', displayname: 'Bosse' },
    })
    for (let index = 0; index < 40; index++) await beta.say(roomId, bo, `m${index}`)
  })
  await beta.say(roomId, bo, 'sist')
  await settle(alfa, beta)
  assert.equal((await alfa.messages(roomId)).at(-1), 'sist')
  assert.deepEqual(await alfa.state(roomId), await beta.state(roomId))
})

test('a room hides its history from a server that was not there, and the graph stays whole', async () => {
  const hidden = { type: 'm.room.history_visibility', stateKey: '', content: { history_visibility: 'joined' } }
  const roomId = await alfa.createRoom(anna, { initialState: [hidden] })
  const secret = await alfa.say(roomId, anna, 'hemligt')
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  const answer = await beta.running.transport.backfill(alfa.name, { roomId, from: [secret], limit: 10 })
  const [newest] = answer.ok ? answer.value : assert.fail()
  assert.deepEqual((newest as JsonObject)['content'], {})
  assert.ok('prev_events' in (newest as JsonObject))
  const after = await alfa.say(roomId, anna, 'öppet')
  const shown = await beta.running.transport.getEvent(alfa.name, after)
  assert.deepEqual(shown.ok && (shown.value as JsonObject)['content'], { body: 'öppet', msgtype: 'm.text' })
})

test('a server that is not in the room is told nothing', async () => {
  const roomId = await alfa.createRoom(anna)
  const eventId = await alfa.say(roomId, anna, 'internt')
  const { transport } = beta.running
  for (const outcome of [
    await transport.getEvent(alfa.name, eventId),
    await transport.backfill(alfa.name, { roomId, from: [eventId], limit: 10 }),
    await transport.getState(alfa.name, { roomId, eventId }),
  ]) {
    assert.equal(!outcome.ok && outcome.failure.kind === 'refused' && outcome.failure.status, 403)
  }
})

test('a state that names events of another room, or two for one key, is taken without them', async () => {
  const roomId = await sharedRoom()
  const elsewhere = await sharedRoom()
  const alien = await alfa.setState(elsewhere, anna, 'x.alien', {})
  await settle(alfa, beta)
  const hidden = signed(await draft(roomId, { content: { msgtype: 'm.text', body: 'dold' } }))
  const { event, json } = signed(await draft(roomId, { prev_events: [hidden.event.eventId], depth: 99 }))
  const honest = [...(await beta.state(roomId)).values()]
  const lies = { pdu_ids: [...honest, alien, ...honest], auth_chain_ids: [] }
  await answering({ state_ids: lies, get_missing_events: { events: [] } }, async () => {
    assert.deepEqual(await send([json]), [])
  })
  assert.equal((await alfa.rooms.event(event.eventId))?.rejected, false)
  assert.deepEqual([...(await alfa.state(roomId)).values()].sort(), honest.sort())
})

test('send_join: a join that stands on what is not here is refused, and not stored', async () => {
  const roomId = await sharedRoom()
  const { transport } = beta.running
  const userId = await beta.user('berit')
  const made = await transport.makeJoin(alfa.name, { roomId, userId, versions: ['12'] })
  const template = made.ok ? made.value.event : assert.fail()
  const unknown = `$${'A'.repeat(43)}`
  const { prev_events: before, auth_events: auth } = template
  assert.ok(Array.isArray(before) && Array.isArray(auth))
  const ways: readonly JsonObject[] = [
    { prev_events: [unknown] },
    { prev_events: [...before, unknown] },
    { auth_events: [...auth, unknown] },
  ]
  for (const more of ways) {
    const { event } = signed({ ...template, ...more, origin_server_ts: line.clock.now() })
    const sent = await transport.sendJoin(alfa.name, { roomId, eventId: event.eventId, event: event.pdu })
    assert.equal(!sent.ok && sent.failure.kind === 'refused' && sent.failure.status, 403)
    assert.equal(await isThere(event.eventId), false)
  }
  const { event } = signed({ ...template, origin_server_ts: line.clock.now() })
  const sent = await transport.sendJoin(alfa.name, { roomId, eventId: event.eventId, event: event.pdu })
  assert.ok(sent.ok)
})

test('a state of which the server does not show every event is not taken: a part of it is another state', async () => {
  const roomId = await alfa.createRoom(anna, { powerLevelContentOverride: { users: { [bo]: 50 } } })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await beta.unsent(async () => {
    await beta.setState(roomId, bo, 'm.room.topic', { topic: 'i luckan' })
    for (let index = 0; index < 25; index++) await beta.say(roomId, bo, `m${index}`)
  })
  const refusal = { errcode: 'M_FORBIDDEN', error: 'You are not in the room.' }
  const sayWithout = async () => {
    await beta.say(roomId, bo, 'utan')
    await settle(alfa, beta)
  }
  await answering({ event: refusal }, sayWithout, 403)
  assert.deepEqual(await alfa.messages(roomId), [])
  const told = await beta.say(roomId, bo, 'med')
  await settle(alfa, beta)
  assert.equal((await alfa.messages(roomId)).at(-1), 'med')
  const stateBefore = async ({ rooms }: TestServer): Promise<EventId[] | undefined> =>
    (await rooms.serving.stateBefore(told))?.state.map(({ event }) => event.eventId).sort()
  assert.deepEqual(await stateBefore(alfa), await stateBefore(beta))
})

/** While `act` runs, beta answers these questions with lies, or refuses them. */
async function answering(
  lies: Readonly<Record<string, unknown>>,
  act: () => Promise<void>,
  status = 200,
): Promise<void> {
  beta.answer = async (request) => {
    const lie = Object.entries(lies).find(([name]) => request.target.includes(`/${name}/`))
    if (!lie) return beta.dispatch(request)
    const body = oneBody(Buffer.from(JSON.stringify(lie[1])))
    return { status, headers: { 'content-type': 'application/json' }, body }
  }
  try {
    await act()
  } finally {
    beta.answer = undefined
  }
}
