// What the mount adds to bare HTTP for the sending of a message: authentication stubbed, engine left out, everything else real.
// Target: at most 10 µs per request. Usage: node bench/micro/mount.ts

import { sendMessage } from '#api/client/send-message.ts'
import { handler, type Session } from '#endpoints/handler.ts'
import { mount } from '#endpoints/mount.ts'
import { systemClock } from '#platform/clock/clock.ts'
import type { HttpReply, HttpRequest } from '#platform/http/http.ts'
import { RateLimiter } from '#platform/limits/limits.ts'
import { type DeviceId, type EventId, parseServerName, parseUserId } from '#protocol/identifiers/identifiers.ts'

const ROUNDS = 5
const REQUESTS = 50_000

const serverName = parseServerName('alfa.example')
const userId = parseUserId('@anna:alfa.example')
if (serverName === undefined || userId === undefined) throw new Error('The names of the bench are not valid.')

const session: Session = {
  userNumber: 1,
  userId,
  localpart: 'anna',
  deviceId: 'PHONE' as DeviceId,
  tokenId: 't',
  isGuest: false,
  isAdmin: false,
  isLocked: false,
  isSuspended: false,
  expiresAt: undefined,
  assurance: undefined,
  identityProvider: undefined,
}

const eventId = `$${'a'.repeat(42)}A` as EventId
const tenant = {
  serverName,
  modules: {},
  authenticateToken: async () => session,
  authenticateSigned: async () => serverName,
}

const [route] = mount({
  handlers: [handler(sendMessage, (_: object) => async () => ({ event_id: eventId }))],
  tenantAt: (host) => (host === 'alfa.example' ? tenant : undefined),
  limiter: new RateLimiter({ clock: systemClock(), rates: { message: { perSecond: 1e9, burst: 1e9 } } }),
  acceptTokenInQuery: true,
})
if (route === undefined) throw new Error('The message route is not there.')

const bytes = Buffer.from(
  JSON.stringify({ body: 'hej '.repeat(230), msgtype: 'm.text', 'm.mentions': { user_ids: [] } }),
)
const signal = new AbortController().signal

const request: HttpRequest = {
  id: 'bench',
  listener: 'client',
  method: 'PUT',
  target: '',
  path: '',
  query: '',
  params: { roomId: '!kansli:alfa.example', eventType: 'm.room.message', txnId: 'm1' },
  pattern: route.pattern,
  host: 'alfa.example:8008',
  headers: { authorization: `Bearer ${'x'.repeat(40)}`, 'content-length': String(bytes.length) },
  remoteAddress: '127.0.0.1',
  secure: false,
  peerCertificate: undefined,
  signal,
  draining: signal,
  serverName: undefined,
  user: undefined,
  body: async () => bytes,
  stream: () => {
    throw new Error('A message has a JSON body.')
  },
}

let answered = 0
const reply: HttpReply = {
  sent: false,
  json: () => {
    answered += 1
  },
  send: () => undefined,
  stream: async () => undefined,
}

const figures: number[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const start = performance.now()
  for (let n = 0; n < REQUESTS; n += 1) await route.handle(request, reply)
  figures.push(((performance.now() - start) * 1000) / REQUESTS)
}
figures.sort((one, other) => one - other)
console.log(
  `mount of sendMessage, ${bytes.length} bytes: ${figures[Math.floor(ROUNDS / 2)]?.toFixed(2)} µs (median of ${ROUNDS})`,
)
if (answered !== ROUNDS * REQUESTS) throw new Error(`${answered} answers of ${ROUNDS * REQUESTS}.`)
