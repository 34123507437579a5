// Keys of devices: uploads, claims, counts, cross-signing.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seededRandom } from '#platform/random/random.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import {
  crossSigningKey,
  deviceWithKeys,
  fileScope,
  followDevices,
  newSigningKey,
  signaturesIn,
  signedBy,
  type TestDevice,
  TestNetwork,
  TestRooms,
  type TestServer,
  testServer,
} from './test-e2ee.ts'

let server: TestServer
const rooms = new TestRooms()
const random = seededRandom(7)
const scope = fileScope(after)
before(async () => {
  server = await testServer(scope, 'alfa.example', { network: new TestNetwork(), rooms })
})

const upload = (device: TestDevice, keys: { oneTimeKeys?: JsonObject; fallbackKeys?: JsonObject } = {}) =>
  server.e2ee.uploadKeys(device, {
    deviceKeys: device.keys,
    oneTimeKeys: keys.oneTimeKeys,
    fallbackKeys: keys.fallbackKeys,
  })
const oneTimeKey = (text: string) => ({ key: text, signatures: {} })
const oneTimeKeys = (...names: string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [`signed_curve25519:${name}`, oneTimeKey(`key ${name}`)]))
const claim = async ({ userId, deviceId }: TestDevice, e2ee = server.e2ee): Promise<string[]> => {
  const { one_time_keys } = await e2ee.claimKeys(new Map([[userId, new Map([[deviceId, 'signed_curve25519']])]]))
  return Object.keys(one_time_keys[userId]?.[deviceId] ?? {}).map((name) => name.slice('signed_curve25519:'.length))
}
const refusedWith = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode
const query = (asker: UserId, ...users: UserId[]) =>
  server.e2ee.queryKeys(new Map(users.map((user) => [user, []])), asker)
const noConsent = () => Promise.reject(new MatrixError({ status: 401, errcode: 'M_TEST_CONSENT', message: 'Ask.' }))
const consent = () => Promise.resolve()

test('a device uploads its keys, and others find them with its name', async () => {
  const anna = await server.device('anna', 'ANNA1')
  const counts = await upload(anna, { oneTimeKeys: oneTimeKeys('a', 'b') })
  assert.deepEqual(counts.oneTimeKeys, { signed_curve25519: 2 })
  await server.accounts.devices.rename(anna.userId, anna.deviceId, 'Telefon')
  const answer = await query('@bo:alfa.example' as UserId, anna.userId, '@ingen:alfa.example' as UserId)
  assert.deepEqual(answer.device_keys[anna.userId]?.[anna.deviceId], {
    ...anna.keys,
    unsigned: { device_display_name: 'Telefon' },
  })
  assert.deepEqual(answer.device_keys['@ingen:alfa.example'], {})
})

test('keys that are not signed by the device, or of another device, are refused', async () => {
  const device = await server.device('kurt', 'KURT1')
  const other = deviceWithKeys(device.userId, device.deviceId, random)
  const forged = { ...device.keys, keys: other.keys['keys'] ?? null }
  await assert.rejects(
    server.e2ee.uploadKeys(device, { ...empty, deviceKeys: forged }),
    refusedWith('M_INVALID_SIGNATURE'),
  )
  const foreign = deviceWithKeys(device.userId, 'OTHER' as DeviceId, random).keys
  await assert.rejects(
    server.e2ee.uploadKeys(device, { ...empty, deviceKeys: foreign }),
    refusedWith('M_INVALID_PARAM'),
  )
  const partial = { user_id: device.userId, device_id: device.deviceId }
  await assert.rejects(server.e2ee.uploadKeys(device, { ...empty, deviceKeys: partial }), refusedWith('M_BAD_JSON'))
})
const empty = { deviceKeys: undefined, oneTimeKeys: undefined, fallbackKeys: undefined }

test('strict: a device keeps its identity keys', async () => {
  const device = await server.device('kim', 'KIM1')
  await upload(device)
  const changed = deviceWithKeys(device.userId, device.deviceId, random)
  await assert.rejects(upload(changed), refusedWith('M_FORBIDDEN'))
})

test('a device that is made again under its old ID is a new device', async () => {
  const first = await server.device('maja', 'MAJA1')
  await upload(first, { oneTimeKeys: oneTimeKeys('old') })
  await server.accounts.devices.delete(first.userId, [first.deviceId])
  assert.deepEqual((await query(first.userId, first.userId)).device_keys[first.userId], {})
  await server.clock.advance(1000)
  const second = await server.device('maja', 'MAJA1')
  await upload(second, { oneTimeKeys: oneTimeKeys('new') })
  // The follower is late: it must not take what belongs to the new device.
  await followDevices(server)
  assert.deepEqual((await query(first.userId, first.userId)).device_keys[first.userId]?.['MAJA1'], second.keys)
  assert.deepEqual(await claim(second), ['new'])
})

test('one-time keys are given out in upload order, each once, and then the fallback key', async () => {
  const device = await server.device('olle', 'OLLE1')
  await upload(device, { oneTimeKeys: oneTimeKeys('z', 'y'), fallbackKeys: oneTimeKeys('fall') })
  await upload(device, { oneTimeKeys: oneTimeKeys('x') })
  assert.deepEqual((await server.e2ee.keyCountsOf(device.userId, device.deviceId)).unusedFallbackKeys, [
    'signed_curve25519',
  ])
  assert.deepEqual([await claim(device), await claim(device), await claim(device)], [['z'], ['y'], ['x']])
  assert.deepEqual(await claim(device), ['fall'])
  assert.deepEqual(await claim(device), ['fall'])
  const counts = await server.e2ee.keyCountsOf(device.userId, device.deviceId)
  assert.deepEqual(counts, { oneTimeKeys: { signed_curve25519: 0 }, unusedFallbackKeys: [] })
  // The same key again is used still; another one is new.
  await upload(device, { fallbackKeys: oneTimeKeys('fall') })
  assert.deepEqual((await server.e2ee.keyCountsOf(device.userId, device.deviceId)).unusedFallbackKeys, [])
  const next = await upload(device, { fallbackKeys: oneTimeKeys('next') })
  assert.deepEqual(next.unusedFallbackKeys, ['signed_curve25519'])
})

test('concurrent claims of two processes never get the same key, and leave none behind', async () => {
  const device = await server.device('pia', 'PIA1')
  const names = Array.from({ length: 60 }, (_, index) => `k${index}`)
  await upload(device, { oneTimeKeys: oneTimeKeys(...names) })
  const other = server.again()
  const claims = await Promise.all(names.map((_, index) => claim(device, index % 2 === 0 ? server.e2ee : other)))
  assert.deepEqual(claims.flat().sort(), names.sort())
})

test('the same one-time key again is fine, another content under its ID is refused and nothing is stored', async () => {
  const device = await server.device('rut', 'RUT1')
  await upload(device, { oneTimeKeys: oneTimeKeys('a', 'b') })
  const again = await upload(device, { oneTimeKeys: oneTimeKeys('b', 'c') })
  assert.deepEqual(again.oneTimeKeys, { signed_curve25519: 3 })
  const clash = { ...oneTimeKeys('d'), 'signed_curve25519:a': oneTimeKey('another') }
  await assert.rejects(upload(device, { oneTimeKeys: clash }), refusedWith('M_INVALID_PARAM'))
  assert.deepEqual((await upload(device)).oneTimeKeys, { signed_curve25519: 3 })
})

test('a deleted device loses its keys and its messages, and others are told', async () => {
  const device = await server.device('sven', 'SVEN1')
  await upload(device, { oneTimeKeys: oneTimeKeys('a'), fallbackKeys: oneTimeKeys('f') })
  const start = server.stream.head
  await server.accounts.devices.delete(device.userId, [device.deviceId])
  await followDevices(server, start)
  assert.deepEqual(await server.e2ee.changesBetween(device.userId, start, server.stream.head), [device.userId])
  assert.deepEqual(await claim(device), [])
  const head = server.stream.head
  await followDevices(server, start)
  assert.deepEqual(await server.e2ee.changesBetween(device.userId, head, server.stream.head), [], 'told twice')
})

test('changes are told to those who share a room, and to the user', async () => {
  const [tom, ulla, vera] = [
    await server.device('tom', 'T'),
    await server.device('ulla', 'U'),
    await server.device('vera', 'V'),
  ]
  rooms.join('r', 0, tom.userId, ulla.userId)
  const start = server.stream.head
  await upload(tom)
  const head = server.stream.head
  const seenBy = (user: TestDevice) => server.e2ee.changesBetween(user.userId, start, head)
  assert.deepEqual(await seenBy(tom), [tom.userId])
  assert.deepEqual(await seenBy(ulla), [tom.userId])
  assert.deepEqual(await seenBy(vera), [])
  await upload(tom)
  assert.equal(server.stream.head, head, 'the same keys again are no change')
})

// ── Cross-signing ─────────────────────────────────────────────────────────────────────────────────────────────────────

function newCrossSigning(userId: UserId) {
  const [master, selfSigning, userSigning] = [newSigningKey(random), newSigningKey(random), newSigningKey(random)]
  const keys = {
    master: crossSigningKey(userId, 'master', master),
    selfSigning: crossSigningKey(userId, 'self_signing', selfSigning, master),
    userSigning: crossSigningKey(userId, 'user_signing', userSigning, master),
  }
  return { master, selfSigning, userSigning, keys }
}

test('the first cross-signing keys need no consent, the same again neither, others do', async () => {
  const { userId } = await server.device('wilma', 'W1')
  const { keys, master } = newCrossSigning(userId)
  await server.e2ee.uploadCrossSigningKeys(userId, keys, noConsent)
  await server.e2ee.uploadCrossSigningKeys(userId, keys, noConsent)
  const other = newCrossSigning(userId)
  await assert.rejects(server.e2ee.uploadCrossSigningKeys(userId, other.keys, noConsent), refusedWith('M_TEST_CONSENT'))
  const onlySelf = { ...none, selfSigning: crossSigningKey(userId, 'self_signing', newSigningKey(random), master) }
  await assert.rejects(server.e2ee.uploadCrossSigningKeys(userId, onlySelf, noConsent), refusedWith('M_TEST_CONSENT'))
  await server.e2ee.uploadCrossSigningKeys(userId, onlySelf, consent)
  const answer = await query(userId, userId)
  assert.deepEqual(answer.self_signing_keys[userId], onlySelf.selfSigning)
  assert.deepEqual(answer.master_keys[userId], keys.master)
})
const none = { master: undefined, selfSigning: undefined, userSigning: undefined }

test('cross-signing keys must be backed by the master key, be of the user, and not be a device', async () => {
  const { userId } = await server.device('ylva', 'Y1')
  const good = newCrossSigning(userId)
  const stranger = newSigningKey(random)
  const refused: [string, object][] = [
    ['M_MISSING_PARAM', { selfSigning: good.keys.selfSigning }],
    ['M_INVALID_SIGNATURE', { ...good.keys, selfSigning: crossSigningKey(userId, 'self_signing', stranger, stranger) }],
    ['M_INVALID_SIGNATURE', { ...good.keys, userSigning: crossSigningKey(userId, 'user_signing', stranger) }],
    ['M_INVALID_PARAM', { master: crossSigningKey('@annan:alfa.example' as UserId, 'master', stranger) }],
    ['M_INVALID_PARAM', { master: { ...good.keys.master, usage: ['self_signing'] } }],
    ['M_INVALID_PARAM', { master: { ...good.keys.master, keys: { 'ed25519:a': stranger.publicKey } } }],
  ]
  for (const [errcode, keys] of refused) {
    const uploaded = server.e2ee.uploadCrossSigningKeys(userId, { ...none, ...keys }, consent)
    await assert.rejects(uploaded, refusedWith(errcode), JSON.stringify(keys))
  }
  await server.device('ylva', stranger.publicKey)
  const asDevice = { ...none, master: crossSigningKey(userId, 'master', stranger) }
  await assert.rejects(server.e2ee.uploadCrossSigningKeys(userId, asDevice, consent), refusedWith('M_FORBIDDEN'))
  const answer = await query(userId, userId)
  assert.deepEqual([answer.master_keys, answer.self_signing_keys], [{}, {}])
})

test('a new master key takes the keys and signatures of the old one with it', async () => {
  const device = await server.device('zara', 'Z1')
  await upload(device)
  const { userId, deviceId } = device
  const old = newCrossSigning(userId)
  await server.e2ee.uploadCrossSigningKeys(userId, old.keys, consent)
  const signed = signedBy(device.keys, userId, `ed25519:${old.selfSigning.publicKey}`, old.selfSigning)
  assert.deepEqual(await server.e2ee.uploadSignatures(userId, new Map([[userId, { [deviceId]: signed }]])), {})
  const fresh = newSigningKey(random)
  await server.e2ee.uploadCrossSigningKeys(
    userId,
    { ...none, master: crossSigningKey(userId, 'master', fresh) },
    consent,
  )
  const answer = await query(userId, userId)
  assert.deepEqual(Object.keys(answer.self_signing_keys), [])
  assert.deepEqual(signaturesIn(answer.device_keys[userId]?.[deviceId], userId), [`ed25519:${deviceId}`])
})

test('a self-signing key that a new master key has signed anew stays', async () => {
  const { userId } = await server.device('zoe', 'Z1')
  const old = newCrossSigning(userId)
  await server.e2ee.uploadCrossSigningKeys(userId, old.keys, consent)
  const fresh = newSigningKey(random)
  const master = crossSigningKey(userId, 'master', fresh)
  const selfSigning = crossSigningKey(userId, 'self_signing', old.selfSigning, fresh)
  await server.e2ee.uploadCrossSigningKeys(userId, { ...none, master, selfSigning }, consent)
  const answer = await query(userId, userId)
  assert.deepEqual(answer.self_signing_keys[userId], selfSigning)
  assert.deepEqual(answer.user_signing_keys, {}, 'the old master key alone was behind it')
})

test('uploads have bounds, and nothing of one beyond them is stored', async () => {
  const device = await server.device('zelda', 'Z1')
  const many = (from: number, count: number) => oneTimeKeys(...Array.from({ length: count }, (_, n) => `${from + n}`))
  await assert.rejects(upload(device, { oneTimeKeys: many(0, 501) }), refusedWith('M_INVALID_PARAM'))
  await upload(device, { oneTimeKeys: many(0, 500) })
  await upload(device, { oneTimeKeys: many(500, 500) })
  await assert.rejects(upload(device, { oneTimeKeys: many(1_000, 1) }), refusedWith('M_INVALID_PARAM'))
  assert.deepEqual((await upload(device, { oneTimeKeys: many(0, 3) })).oneTimeKeys, { signed_curve25519: 1_000 })
  const two = { ...oneTimeKeys('f'), ...oneTimeKeys('g') }
  await assert.rejects(upload(device, { fallbackKeys: two }), refusedWith('M_INVALID_PARAM'))
  for (const bad of [
    { nocolon: 'x' },
    { ':id': 'x' },
    { 'a:': 'x' },
    { 'a:b': 1 },
    { 'a:b': { key: 'x' } },
  ] as JsonObject[]) {
    await assert.rejects(upload(device, { oneTimeKeys: bad }), MatrixError, JSON.stringify(bad))
  }
})

test('signatures are seen by those who may: own ones by all, those of a user-signing key by their maker', async () => {
  const [agda, beda, clas] = [
    await server.device('agda', 'A1'),
    await server.device('beda', 'B1'),
    await server.device('clas', 'C1'),
  ]
  rooms.join('signers', 0, agda.userId, beda.userId, clas.userId)
  for (const device of [agda, beda]) await upload(device)
  const [a, b] = [newCrossSigning(agda.userId), newCrossSigning(beda.userId)]
  await server.e2ee.uploadCrossSigningKeys(agda.userId, a.keys, consent)
  await server.e2ee.uploadCrossSigningKeys(beda.userId, b.keys, consent)
  const start = server.stream.head
  const failures = await server.e2ee.uploadSignatures(
    agda.userId,
    new Map([
      [
        agda.userId,
        {
          A1: signedBy(agda.keys, agda.userId, `ed25519:${a.selfSigning.publicKey}`, a.selfSigning),
          [a.master.publicKey]: signedBy(a.keys.master, agda.userId, 'ed25519:A1', agda.key),
          NONE: agda.keys,
        },
      ],
      [
        beda.userId,
        {
          [b.master.publicKey]: signedBy(
            b.keys.master,
            agda.userId,
            `ed25519:${a.userSigning.publicKey}`,
            a.userSigning,
          ),
          B1: signedBy(beda.keys, agda.userId, `ed25519:${a.userSigning.publicKey}`, a.userSigning),
        },
      ],
    ]),
  )
  assert.deepEqual(
    Object.entries(failures).map(([user, keys]) => [user, Object.keys(keys)]),
    [
      [agda.userId, ['NONE']],
      [beda.userId, ['B1']],
    ],
  )
  const [seenByAgda, seenByClas] = [
    await query(agda.userId, agda.userId, beda.userId),
    await query(clas.userId, agda.userId, beda.userId),
  ]
  for (const answer of [seenByAgda, seenByClas]) {
    assert.deepEqual(signaturesIn(answer.device_keys[agda.userId]?.['A1'], agda.userId).length, 2)
    assert.deepEqual(signaturesIn(answer.master_keys[agda.userId], agda.userId), ['ed25519:A1'])
  }
  assert.deepEqual(signaturesIn(seenByAgda.master_keys[beda.userId], agda.userId), [
    `ed25519:${a.userSigning.publicKey}`,
  ])
  assert.deepEqual(signaturesIn(seenByClas.master_keys[beda.userId], agda.userId), [])
  assert.deepEqual(Object.keys(seenByAgda.user_signing_keys), [agda.userId])
  assert.deepEqual(Object.keys(seenByClas.user_signing_keys), [])
  // Clas must not learn that Agda has verified Beda.
  const changes = (user: TestDevice) => server.e2ee.changesBetween(user.userId, start, server.stream.head)
  assert.deepEqual((await changes(agda)).sort(), [agda.userId, beda.userId])
  assert.deepEqual(await changes(clas), [agda.userId])
})

test('signatures that do not fit the stored key are refused one by one', async () => {
  const device = await server.device('disa', 'D1')
  await upload(device)
  const { userId } = device
  const c = newCrossSigning(userId)
  await server.e2ee.uploadCrossSigningKeys(userId, c.keys, consent)
  const keyId = `ed25519:${c.selfSigning.publicKey}`
  const cases: JsonObject[] = [
    signedBy(device.keys, userId, keyId, newSigningKey(random)),
    signedBy({ ...device.keys, algorithms: [] }, userId, keyId, c.selfSigning),
    device.keys,
  ]
  for (const signed of cases) {
    const failures = await server.e2ee.uploadSignatures(userId, new Map([[userId, { D1: signed }]]))
    assert.equal(failures[userId]?.['D1']?.['errcode'], 'M_INVALID_SIGNATURE')
  }
})

test('another server is told the name of a device only where the operator shares names', async () => {
  for (const [shareDeviceNames, told] of [
    [false, undefined],
    [true, 'Telefon'],
  ] as const) {
    const network = new TestNetwork()
    const own = await testServer(scope, `names-${shareDeviceNames}.example`, { network, rooms, shareDeviceNames })
    const device = await own.device('nanna', 'NANNA1')
    await own.e2ee.uploadKeys(device, { ...empty, deviceKeys: device.keys })
    await own.accounts.devices.rename(device.userId, device.deviceId, 'Telefon')
    const { devices } = await own.e2ee.deviceListForServer(device.userId)
    assert.equal(devices[0]?.device_display_name, told)
    assert.equal(devices.length, 1)
  }
})
