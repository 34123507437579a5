import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { buildEvent, parsePdu, type RoomEvent } from '#protocol/events/events.ts'
import { type KeyId, parseRoomId, parseUserId, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, member } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { buildServerKeys, readServerKeys } from '#protocol/server-keys/server-keys.ts'
import { signJson, verifyJson } from '#protocol/signing/signing.ts'
import type { TransportOptions } from '../create-transport.ts'
import { crypto, named, type Peer, Peers, peersDatabase, signingKey } from '../peers-for-tests.ts'

const database = await peersDatabase({ after })
const HOUR = 3_600_000
const DAY = 24 * HOUR

let number = 0
function servers(options: TransportOptions = {}) {
  number += 1
  const peers = new Peers(database)
  const alfa = peers.add(`alfa${number}.se`, { options })
  const beta = peers.add(`beta${number}.se`)
  return { peers, alfa, beta, clock: peers.clock, network: peers.network }
}

const roomId = parseRoomId('!r:x.se') ?? assert.fail()

/** An event of a user of the peer, signed by its first key unless told. */
function eventOf(
  peer: Peer,
  {
    at,
    version = '11',
    key = peer.signingKeys.current[0],
  }: { at: number; version?: RoomVersionId; key?: ReturnType<typeof signingKey> },
): RoomEvent {
  const rules = roomVersion(version) ?? assert.fail()
  const draft = {
    type: 'm.room.message',
    sender: parseUserId(`@u:${peer.name}`) ?? assert.fail(),
    roomId,
    content: { body: 'hej' },
    originServerTs: at,
    depth: 5,
    prevEvents: [],
    authEvents: [],
  }
  return buildEvent(draft, { version: rules, serverName: peer.name, crypto, signingKey: key }).event
}

/** The event with another content: the signature covers the hash, the hash the content, so sign the wrong thing by hand. */
function withBadSignature(event: RoomEvent): RoomEvent {
  const pdu = { ...event.pdu, depth: event.depth + 1 }
  const parsed = parsePdu(pdu, event.version, crypto)
  return parsed.ok ?? assert.fail('no event')
}

const rulesOf = async (peer: Peer, events: readonly RoomEvent[]) =>
  (await peer.transport.verifyEvents(events)).map((verdict) => (verdict.ok ? 'ok' : verdict.rule))
const keyRequests = (peer: Peer) => peer.received.filter(({ target }) => target === '/_matrix/key/v2/server').length

test('events of many servers are verified in one go, each server asked once', async () => {
  const { peers, alfa, beta, clock } = servers()
  const gamma = peers.add(`gamma${number}.se`)
  const at = clock.now()
  const events = [beta, gamma, beta, alfa, gamma].map((peer) => eventOf(peer, { at }))
  assert.deepEqual(await rulesOf(alfa, [...events, withBadSignature(eventOf(beta, { at }))]), [
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
    'signatures/bad',
  ])
  assert.deepEqual([keyRequests(beta), keyRequests(gamma)], [1, 1])
  await rulesOf(alfa, events)
  assert.deepEqual([keyRequests(beta), keyRequests(gamma)], [1, 1])
})

test('keys outlive a restart: a server that is gone is still verified', async () => {
  const { alfa, beta, clock, network } = servers()
  await rulesOf(alfa, [eventOf(beta, { at: clock.now() })])
  const restarted = new Peers(database).add(alfa.name)
  assert.deepEqual(await rulesOf(restarted, [eventOf(beta, { at: clock.now() })]), ['ok'])
  assert.equal(network.requests.filter(({ to }) => to === beta.name).length, 1)
})

test('our own keys need no network', async () => {
  const { alfa, clock, network } = servers()
  assert.deepEqual(await rulesOf(alfa, [eventOf(alfa, { at: clock.now() })]), ['ok'])
  const keyId = alfa.signingKeys.current[0].keyId as KeyId
  assert.deepEqual([...(await alfa.transport.keysOf(alfa.name, [keyId], clock.now())).keys()], [keyId])
  assert.equal(network.requests.length, 0)
})

test('since version 5 a key must be valid at the time of the event: it is asked for again, and until version 4 not', async () => {
  const { alfa, beta, clock } = servers()
  await rulesOf(alfa, [eventOf(beta, { at: clock.now() })])
  clock.advanceNow(2 * DAY)
  assert.deepEqual(await rulesOf(alfa, [eventOf(beta, { at: clock.now(), version: '4' })]), ['ok'])
  assert.equal(keyRequests(beta), 1)
  assert.deepEqual(await rulesOf(alfa, [eventOf(beta, { at: clock.now() })]), ['ok'])
  assert.equal(keyRequests(beta), 2)
})

test('no key is good for more than seven days ahead, whatever its server says, and nobody is asked about it', async () => {
  const { peers, alfa, clock } = servers()
  const gamma = peers.add(`gamma${number}.se`)
  const boasting = buildServerKeys({
    serverName: gamma.name,
    keys: gamma.signingKeys.current,
    oldKeys: [],
    validUntil: clock.now() + 365 * DAY,
  })
  gamma.transport.ownKeys = () => boasting
  const at = clock.now()
  const events = [
    eventOf(gamma, { at: at + 6 * DAY }),
    eventOf(gamma, { at: at + 8 * DAY }),
    eventOf(gamma, { at: at + 8 * DAY, version: '4' }),
  ]
  assert.deepEqual(await rulesOf(alfa, events), ['ok', 'signatures/key-expired', 'ok'])
  await rulesOf(alfa, [eventOf(gamma, { at: at + 8 * DAY })])
  assert.equal(keyRequests(gamma), 1)
})

test('an old key is good for events until it was retired, in every version, and not after', async () => {
  const { peers, alfa, clock } = servers()
  const old = signingKey(77, 'old')
  const retired = clock.now() - DAY
  const gamma = peers.add(`gamma${number}.se`, {
    signingKeys: {
      current: [signingKey(78)],
      old: [{ keyId: old.keyId, publicKey: old.publicKey, expiredTs: retired }],
    },
  })
  const events = [
    eventOf(gamma, { at: retired - 1, key: old }),
    eventOf(gamma, { at: retired + 1, key: old }),
    eventOf(gamma, { at: retired + 1, key: old, version: '4' }),
  ]
  assert.deepEqual(await rulesOf(alfa, events), ['ok', 'signatures/key-expired', 'signatures/key-expired'])
  assert.equal((await alfa.transport.keysOf(gamma.name, [old.keyId as KeyId], clock.now())).size, 0)
})

test('a server that does not have the key is left alone for a pause that grows, and asked at once when it shows life', async () => {
  const { alfa, beta, clock, network } = servers({ keys: { pause: { first: 1000, max: 4000 } } })
  const stranger = () => eventOf(beta, { at: clock.now(), key: signingKey(99, 'unknown') })
  const asked: number[] = []
  for (let second = 0; second < 12; second += 1) {
    assert.deepEqual(await rulesOf(alfa, [stranger()]), ['signatures/key-unavailable'])
    asked.push(keyRequests(beta))
    clock.advanceNow(1000)
  }
  assert.deepEqual(asked, [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5])
  network.cut(alfa.name, beta.name)
  clock.advanceNow(4000)
  await rulesOf(alfa, [stranger()])
  network.heal(alfa.name, beta.name)
  await rulesOf(alfa, [stranger()])
  assert.equal(keyRequests(beta), 5)
  alfa.transport.markAlive(beta.name)
  await rulesOf(alfa, [stranger()])
  assert.equal(keyRequests(beta), 6)
})

test('callers who need the same server share one request', async () => {
  const { alfa, beta, clock } = servers()
  const asks = Array.from({ length: 20 }, () => rulesOf(alfa, [eventOf(beta, { at: clock.now() })]))
  assert.deepEqual([...new Set((await Promise.all(asks)).flat())], ['ok'])
  assert.equal(keyRequests(beta), 1)
})

test('a silent server costs one bounded wait; an event of it may succeed later', async () => {
  const { alfa, beta, clock, network } = servers()
  network.cut(alfa.name, beta.name, 'silent')
  const verifying = rulesOf(alfa, [eventOf(beta, { at: clock.now() })])
  while (network.requests.length === 0) await new Promise(setImmediate)
  await clock.advance(10_000)
  assert.deepEqual(await verifying, ['signatures/key-unavailable'])
})

test('answers that name another server, are not signed by their own key, or are altered, are not believed', async () => {
  const { peers, alfa, clock } = servers()
  const gamma = peers.add(`gamma${number}.se`)
  const delta = peers.add(`delta${number}.se`)
  const good = gamma.transport.ownKeys()
  const forged = [
    delta.transport.ownKeys(),
    { ...good, signatures: {} },
    { ...good, valid_until_ts: 2 ** 52 },
    signJson({ ...good, signatures: {} }, delta.name, delta.signingKeys.current[0]),
    [] as unknown as JsonObject,
  ]
  for (const answer of forged) {
    gamma.transport.ownKeys = () => answer
    assert.deepEqual(await rulesOf(alfa, [eventOf(gamma, { at: clock.now() })]), ['signatures/key-unavailable'])
    clock.advanceNow(60_000)
  }
  gamma.transport.ownKeys = () => good
  assert.deepEqual(await rulesOf(alfa, [eventOf(gamma, { at: clock.now() })]), ['ok'])
})

function notaryServers() {
  number += 1
  const peers = new Peers(database)
  const notary = peers.add(`notary${number}.se`)
  const alfa = peers.add(`alfa${number}.se`, { options: { keys: { notaries: [notary.name] } } })
  const gone = peers.add(`gone${number}.se`)
  peers.network.cut(alfa.name, gone.name)
  const answer = (...keys: readonly JsonObject[]) => {
    notary.answering = () => [200, { server_keys: [...keys] }]
  }
  const signed = (keys: JsonObject, by = notary) => signJson(keys, by.name, by.signingKeys.current[0])
  return { peers, notary, alfa, gone, clock: peers.clock, answer, signed }
}

test('a notary is asked about servers that do not answer, with the time that the key must be good for', async () => {
  const { alfa, gone, clock, notary, answer, signed } = notaryServers()
  answer(signed(gone.transport.ownKeys()))
  const bodies: unknown[] = []
  const { answering } = notary
  notary.answering = (request) => {
    bodies.push(JSON.parse(Buffer.from(request.body ?? []).toString()))
    return answering(request)
  }
  const at = clock.now() - 5
  assert.deepEqual(await rulesOf(alfa, [eventOf(gone, { at })]), ['ok'])
  const [keyId] = [gone.signingKeys.current[0].keyId]
  assert.deepEqual(bodies, [{ server_keys: { [gone.name]: { [keyId]: { minimum_valid_until_ts: at } } } }])
})

test('a notary that does not sign, signs wrongly, or invents keys is not believed', async () => {
  const { peers, alfa, gone, clock, answer, signed } = notaryServers()
  const other = peers.add(`other${number}.se`)
  const keys = gone.transport.ownKeys()
  const invented = buildServerKeys({
    serverName: gone.name,
    keys: [signingKey(50, 'evil')],
    oldKeys: [],
    validUntil: clock.now() + DAY,
  })
  const altered = { ...signed(keys), valid_until_ts: 5 }
  // The last one: the notary vouches for a key that did not sign the answer itself.
  for (const list of [[keys], [signed(keys, other)], [altered], [signed({ ...invented, signatures: {} })]]) {
    answer(...list)
    assert.deepEqual(await rulesOf(alfa, [eventOf(gone, { at: clock.now() })]), ['signatures/key-unavailable'])
    clock.advanceNow(60_000)
  }
})

test('what a notary says never replaces a key that the server told us itself', async () => {
  const { peers, alfa, gone, clock, answer, signed } = notaryServers()
  peers.network.heal(alfa.name, gone.name)
  await rulesOf(alfa, [eventOf(gone, { at: clock.now() })])
  peers.network.cut(alfa.name, gone.name)
  const { keyId } = gone.signingKeys.current[0]
  const evil = signingKey(50)
  assert.equal(evil.keyId, keyId)
  clock.advanceNow(2 * DAY)
  answer(signed(buildServerKeys({ serverName: gone.name, keys: [evil], oldKeys: [], validUntil: clock.now() + DAY })))
  assert.deepEqual(await rulesOf(alfa, [eventOf(gone, { at: clock.now(), key: evil })]), ['signatures/key-expired'])
  answer(signed({ ...gone.transport.ownKeys() }))
  clock.advanceNow(60_000)
  assert.deepEqual(await rulesOf(alfa, [eventOf(gone, { at: clock.now() - 60_000 })]), ['ok'])
})

test('our keys: signed by every current key, valid for a day, made anew before half of it is over', () => {
  const { peers, clock } = servers()
  const keys = [signingKey(60, 'one'), signingKey(61, 'two')] as const
  const peer = peers.add(`own${number}.se`, {
    signingKeys: { current: keys, old: [{ keyId: 'ed25519:zero', publicKey: keys[0].publicKey, expiredTs: 5 }] },
  })
  const answer = peer.transport.ownKeys()
  const read = readServerKeys(answer, peer.name, { now: clock.now(), crypto }).ok ?? assert.fail('not readable')
  assert.deepEqual([...read.keys.keys()].sort(), ['ed25519:one', 'ed25519:two', 'ed25519:zero'])
  for (const key of keys) assert.ok(verifyJson(answer, peer.name, key.keyId as KeyId, key.publicKey, crypto))
  assert.equal(member(answer, 'valid_until_ts'), clock.now() + DAY)
  clock.advanceNow(11 * HOUR)
  assert.equal(peer.transport.ownKeys(), answer)
  clock.advanceNow(HOUR)
  assert.equal(member(peer.transport.ownKeys(), 'valid_until_ts'), clock.now() + DAY)
})

const namesIn = (answer: { readonly server_keys: readonly JsonObject[] }) =>
  answer.server_keys.map((keys) => member(keys, 'server_name'))
const askFor = (...servers: ServerName[]) =>
  new Map(servers.map((server) => [server, new Map<KeyId, number | undefined>()]))

test('as a notary we fetch, countersign, and leave out whom we cannot reach and do not know', async () => {
  const { peers, alfa, beta, clock } = servers()
  const gone = peers.add(`gone${number}.se`)
  peers.network.cut(alfa.name, gone.name)
  const answer = await alfa.transport.queryKeys(askFor(beta.name, gone.name, alfa.name))
  assert.deepEqual(namesIn(answer), [beta.name, alfa.name])
  const ours = alfa.signingKeys.current[0]
  for (const keys of answer.server_keys)
    assert.ok(verifyJson(keys, alfa.name, ours.keyId as KeyId, ours.publicKey, crypto))
  const [first] = answer.server_keys
  assert.ok(first && readServerKeys(first, beta.name, { now: clock.now(), crypto }).ok)
})

test('as a notary we keep an answer for half of its life, and longer when the server is gone', async () => {
  const { peers, alfa, beta, clock } = servers()
  const ask = () => alfa.transport.queryKeys(askFor(beta.name))
  await ask()
  clock.advanceNow(11 * HOUR)
  await ask()
  assert.equal(keyRequests(beta), 1)
  clock.advanceNow(2 * HOUR)
  await ask()
  assert.equal(keyRequests(beta), 2)
  peers.network.cut(alfa.name, beta.name)
  clock.advanceNow(30 * DAY)
  assert.deepEqual(namesIn(await ask()), [beta.name])
})

test('as a notary we ask again for a key that we do not have, or for a later time, and at most for a hundred servers', async () => {
  const { alfa, beta, clock } = servers()
  const later = new Map([[beta.name, new Map([['ed25519:a' as KeyId, clock.now() + 2 * HOUR]])]])
  await alfa.transport.queryKeys(later)
  await alfa.transport.queryKeys(later)
  assert.equal(keyRequests(beta), 1)
  await alfa.transport.queryKeys(new Map([[beta.name, new Map([['ed25519:new' as KeyId, undefined]])]]))
  assert.equal(keyRequests(beta), 2)
  const many = Array.from({ length: 150 }, (_, index) => named(`nobody${index}.se`))
  assert.deepEqual(namesIn(await alfa.transport.queryKeys(askFor(...many, alfa.name))), [])
})

test('the notary end to end: two servers of ours', async () => {
  const { peers, alfa, gone, clock, notary } = notaryServers()
  notary.answering = async ({ target, body }) => {
    assert.equal(target, '/_matrix/key/v2/query')
    const asked = JSON.parse(Buffer.from(body ?? []).toString())
    const query = new Map(Object.keys(asked.server_keys).map((name) => [named(name), new Map<KeyId, undefined>()]))
    return [200, { server_keys: [...(await notary.transport.queryKeys(query)).server_keys] }]
  }
  assert.deepEqual(await rulesOf(alfa, [eventOf(gone, { at: clock.now() })]), ['ok'])
  assert.ok(peers.network.requests.some(({ from, to }) => from === notary.name && to === gone.name))
})
