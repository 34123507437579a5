// A client library of others syncs by sliding windows: it knows its room and the people in it, and hears what is said in it, in both
// directions and encrypted.
// spec: proposals/4186 (unstable prefix)

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createClient, type MatrixClient } from 'matrix-js-sdk'
import { type Logger, logger } from 'matrix-js-sdk/lib/logger.js'
import { SlidingSync } from 'matrix-js-sdk/lib/sliding-sync.js'
import { loopbackFetch } from './loopback-fetch.ts'
import { startOwnSandbox } from './own-sandbox.ts'

// matrix-js-sdk keeps timers of its own after its clients have stopped; the runner must not wait for them.
after(() => setImmediate(() => process.exit()))

interface Person {
  readonly userId: string
  readonly password: string
}

/** A client that shows the ten rooms with the latest activity. */
async function aClient(baseUrl: string, { userId, password }: Person): Promise<MatrixClient> {
  const fetchFn = loopbackFetch()
  const quiet = { baseUrl, fetchFn, logger: silent }
  const identifier = { type: 'm.id.user', user: userId }
  const login = await createClient(quiet).loginRequest({ type: 'm.login.password', identifier, password })
  const client = createClient({
    ...quiet,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
  })
  await client.initRustCrypto({ useIndexedDB: false })
  const rooms = { timeline_limit: 5, required_state: [['*', '*']] }
  const slidingSync = new SlidingSync(
    baseUrl,
    new Map([['all', { ...rooms, ranges: [[0, 9]] }]]),
    rooms,
    client,
    10_000,
  )
  await client.startClient({ slidingSync })
  return client
}

test('people whose client syncs by sliding windows talk encrypted', async () => {
  if ('disableAll' in logger && typeof logger.disableAll === 'function') logger.disableAll()
  const sandbox = await startOwnSandbox()
  try {
    const [alfa] = sandbox.facts.servers
    const [one, two] = alfa?.people ?? []
    assert.ok(alfa && one && two)
    const [anna, adam] = [await aClient(alfa.baseUrl, one), await aClient(alfa.baseUrl, two)]
    const { room_id: roomId } = await anna.createRoom({
      invite: [two.userId],
      name: 'Lunch',
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    })
    await until(() => adam.getRoom(roomId)?.getMyMembership() === 'invite')
    await adam.joinRoom(roomId)
    await until(() => anna.getRoom(roomId)?.getMember(two.userId)?.membership === 'join')
    await until(() => adam.getRoom(roomId)?.getMember(one.userId)?.membership === 'join')
    assert.equal(adam.getRoom(roomId)?.name, 'Lunch')
    for (const [from, to] of [[anna, adam] as const, [adam, anna] as const]) {
      const body = `from ${from.getUserId()}`
      await from.sendTextMessage(roomId, body)
      await until(() => bodiesIn(to, roomId).includes(body))
    }
    for (const client of [anna, adam]) client.stopClient()
  } finally {
    await sandbox.stop()
  }
})

/** Generous: a slow machine is no failure. */
const LOOKS = 15_000

const bodiesIn = (client: MatrixClient, roomId: string): unknown[] =>
  (client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? []).map((event) => event.getContent()['body'])

/** Looks again and again: the library has an event for much, and not for everything that is waited for here. */
async function until(isSo: () => boolean): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`It did not come to be: ${isSo}`)
}

const silent: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  getChild: () => silent,
}
