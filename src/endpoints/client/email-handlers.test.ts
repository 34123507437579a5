import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Accounts } from '#accounts/accounts.ts'
import { accountsForTests, aUser } from '#accounts/test-accounts.ts'
import { showEmailConfirmation } from '#api/client/show-email-confirmation.ts'
import type { FederationTransport } from '#federation/transport/transport.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { type HttpServer, startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { SmtpMailer } from '#platform/mail/mail.ts'
import { startMailServer } from '#platform/mail/mail-server-for-tests.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { unauthorized } from '#protocol/errors/errors.ts'
import { edgeAnswers, mount, type Tenant } from '../mount.ts'
import { accountsHandlers } from './accounts-handlers.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { emailHandlers } from './email-handlers.ts'
import type { ProfileSources } from './profile-of.ts'

const HOUR = 3_600_000
const log = logTo({ write() {} })
const mailServer = await startMailServer()
const mailer = new SmtpMailer({
  clock: systemClock(),
  log,
  options: {
    host: '127.0.0.1',
    port: mailServer.port,
    security: 'none',
    user: undefined,
    password: undefined,
    from: 'chatt@kommun.se',
    authorities: [],
    timeout: 10_000,
  },
})
const baseUrl = 'https://matrix.kommun.se'
const settings = { mailer, domains: ['kommun.se'], mailsPerAddress: { perSecond: 1 / 300, burst: 3 } }
const t = accountsForTests({ baseUrl }, settings)
let server: HttpServer

/** How the servers differ; each has a listener of its own, over the same database. */
const servers = {
  usual: {},
  mute: { baseUrl: undefined },
  strict: { registrationNeedsEmail: true, registration: 'token' },
  closed: { registration: 'closed' },
} as const
type ServerKind = keyof typeof servers

before(async () => {
  await t.ready
  server = await startHttp({
    listeners: Object.entries(servers).map(([name, options]) => ({
      name,
      host: '127.0.0.1',
      port: 0,
      routes: routesOf(name === 'usual' ? t.accounts : t.again(options)),
    })),
    clock: systemClock(),
    log,
    metrics: createMetrics(),
    ...edgeAnswers(log),
  })
})

after(async () => {
  await server.stop(100)
  await mailer.stop()
  await mailServer.close()
})

function routesOf(accounts: Accounts) {
  const tenant: Tenant<WithAccounts & ProfileSources> = {
    serverName: t.serverName,
    modules: { accounts, federation: noFederation },
    authenticateToken: (token, { allowLocked }) => accounts.authenticate(token, { allowLocked }),
    authenticateSigned: () => Promise.reject(unauthorized('The request is not signed.')),
  }
  return mount<WithAccounts & ProfileSources>({
    handlers: [...accountsHandlers, ...emailHandlers],
    tenantAt: () => tenant,
    limiter: { take: () => 0 },
    acceptTokenInQuery: false,
    checkAnswers: true,
  })
}

/** Nothing here is asked of other servers: a use of it fails the test. */
const noFederation = new Proxy({} as FederationTransport, {
  get: (_, name) => assert.fail(`federation.${String(name)} was used`),
})

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any form
  readonly json: any
}

interface Ask {
  readonly token?: string
  readonly body?: unknown
  readonly at?: ServerKind
}

function send(method: string, path: string, { token, body, at = 'usual' }: Ask): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.addresses.get(at)?.port}${path}`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
}

async function call(method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const response = await send(method, `/_matrix/client/v3${path}`, ask)
  return { status: response.status, json: await response.json() }
}

const refused = ({ status, json }: Answer, ...expected: readonly [number, string]) =>
  assert.deepEqual([status, json.errcode], expected, JSON.stringify(json))

type For = '/register' | '/account/3pid' | '/account/password'

/** Asks for a mail; a secret of its own unless told. */
function requestToken(what: For, email: string, more: object = {}, at?: ServerKind): Promise<Answer> {
  const body = { email, client_secret: `secret-${email.replace(/\W/g, '')}`, send_attempt: 1, ...more }
  return call('POST', `${what}/email/requestToken`, { body, at })
}

const creds = (sid: string, email: string) => ({ sid, client_secret: `secret-${email.replace(/\W/g, '')}` })

/** The latest mail to an address, once there are so many. */
async function mailTo(address: string, count = 1) {
  for (let index = 0; ; index++) {
    await mailServer.mail(index)
    const mails = mailServer.mails.filter(({ to }) => to === address)
    if (mails.length >= count) return mails[count - 1] ?? assert.fail()
  }
}

/** Path and query of the link in a mail. */
async function linkTo(address: string, count = 1): Promise<string> {
  const text = (await mailTo(address, count)).parts.get('text/plain') ?? ''
  const link = new RegExp(`${baseUrl}(/\\S+)`).exec(text)?.[1]
  return link ?? assert.fail(`no link in ${text}`)
}

/** Presses the button of the page. */
const press = (link: string) => send('POST', link, {})

/** A session whose address is confirmed. */
async function proved(what: For, address: string, count = 1): Promise<string> {
  const { status, json } = await requestToken(what, address)
  assert.equal(status, 200, JSON.stringify(json))
  assert.equal((await press(await linkTo(address, count))).status, 200)
  return json.sid
}

const emailAuth = (sid: string, email: string, session?: string) => ({
  type: 'm.login.email.identity',
  threepid_creds: creds(sid, email),
  session,
})

async function withAddress(username: string): Promise<{ token: string; address: string }> {
  const { token } = await aUser(t.accounts, username)
  const address = `${username}@kommun.se`
  const sid = await proved('/account/3pid', address)
  const auth = { type: 'm.login.password', user: username, password: `password of ${username}` }
  const added = await call('POST', '/account/3pid/add', { token, body: { ...creds(sid, address), auth } })
  assert.deepEqual(added, { status: 200, json: {} })
  return { token, address }
}

const login = (address: string, password: string) =>
  call('POST', '/login', {
    body: { type: 'm.login.password', identifier: { type: 'm.id.thirdparty', medium: 'email', address }, password },
  })

test('a person registers with an address: mail, page, button, and only then an account, which logs in by it', async () => {
  const address = 'Åsa.Öberg@Kommun.se'
  const canonical = 'åsa.öberg@kommun.se'
  const { sid } = (await requestToken('/register', address)).json
  const register = (auth?: object) =>
    call('POST', '/register', { body: { username: 'asa', password: 'ett långt lösenord', auth } })
  const begun = await register()
  assert.deepEqual(begun.json.flows, [{ stages: ['m.login.dummy'] }, { stages: ['m.login.email.identity'] }])
  const auth = emailAuth(sid, address, begun.json.session)
  refused(await register(auth), 401, 'M_UNAUTHORIZED')
  const link = await linkTo(canonical)
  assert.equal(new URL(link, baseUrl).pathname, showEmailConfirmation.path)
  assert.equal((await send('GET', link, {})).status, 200)
  refused(await register(auth), 401, 'M_UNAUTHORIZED')
  assert.equal((await press(link)).status, 200)
  const { status, json } = await register(auth)
  assert.equal(status, 200, JSON.stringify(json))
  const listed = await call('GET', '/account/3pid', { token: json.access_token })
  const now = t.clock.now()
  assert.deepEqual(listed.json, {
    threepids: [{ medium: 'email', address: canonical, validated_at: now, added_at: now }],
  })
  assert.equal((await login('ÅSA.ÖBERG@KOMMUN.SE', 'ett långt lösenord')).json.user_id, '@asa:hs1')
  const older = { type: 'm.login.password', medium: 'email', address, password: 'ett långt lösenord' }
  assert.equal((await call('POST', '/login', { body: older })).json.user_id, '@asa:hs1')
  refused(await login('nobody@kommun.se', 'ett långt lösenord'), 403, 'M_FORBIDDEN')
})

test('the mail is in Swedish and English, plain and HTML; the page too, without script and without anything from elsewhere', async () => {
  await requestToken('/register', "o'neil&co@kommun.se", { next_link: 'https://app.example/?a=1&b=2' })
  const mail = await mailTo("o'neil&co@kommun.se")
  const [text, htmlPart] = [mail.parts.get('text/plain') ?? '', mail.parts.get('text/html') ?? '']
  for (const content of [text, htmlPart]) {
    assert.match(content, /skapa ett konto på hs1/)
    assert.match(content, /create an account at hs1/)
  }
  assert.match(htmlPart, /<html lang="sv">[\s\S]*<div lang="en">/)
  const link = await linkTo("o'neil&co@kommun.se")
  for (const method of ['GET', 'POST']) {
    const page = await send(method, link, {})
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(page.headers.get('cache-control'), 'no-store')
    const content = await page.text()
    const style = /<style>([\s\S]*)<\/style>/.exec(content)?.[1] ?? assert.fail()
    const styleHash = hash('sha256', style, 'base64')
    assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; `), policy)
    assert.match(content, /<html lang="sv">[\s\S]*<title>[^<]+<\/title>[\s\S]*<main>[\s\S]*<div lang="en">/)
    assert.match(content, /o&#39;neil&amp;co@kommun\.se/)
    assert.doesNotMatch(content, /<script|http-equiv| src=/)
    assert.equal(
      content.includes('<a href="https://app.example/?a=1&amp;b=2">Gå vidare till app.example'),
      method === 'POST',
    )
  }
})

test('a link is good until it is replaced or an hour old; a wrong token is like none', async () => {
  const address = 'link@kommun.se'
  const first = await requestToken('/register', address)
  const again = await requestToken('/register', address)
  assert.deepEqual(again, first, 'the same attempt has the same answer and sends nothing')
  const old = await linkTo(address)
  assert.deepEqual(await requestToken('/register', address, { send_attempt: 2 }), first)
  const link = await linkTo(address, 2)
  assert.equal(mailServer.mails.filter(({ to }) => to === address).length, 2)
  for (const bad of [old, `${link}x`, showEmailConfirmation.path, `${showEmailConfirmation.path}?sid=x&token=y`]) {
    assert.deepEqual([(await send('GET', bad, {})).status, (await press(bad)).status], [404, 404], bad)
  }
  t.clock.advanceNow(HOUR)
  assert.equal((await press(link)).status, 404)
  const renewed = await requestToken('/register', address)
  assert.notEqual(renewed.json.sid, first.json.sid)
})

test('neither the tokens of links nor the secrets of clients are in the database', async () => {
  const { sid } = (await requestToken('/register', 'hash@kommun.se')).json
  const token = new URL(await linkTo('hash@kommun.se'), baseUrl).searchParams.get('token') ?? assert.fail()
  const rows = await t.database.run<[], { row: string }>({
    name: 'test.proofs',
    text: 'select email_proof::text as row from email_proof',
    writes: false,
  })
  assert.ok(rows.some(({ row }) => row.includes(sid)))
  for (const secret of [token, creds(sid, 'hash@kommun.se').client_secret]) {
    assert.ok(rows.every(({ row }) => !row.includes(secret)))
  }
})

test('an address is added with password and proof, shown, removed, and then logs nobody in', async () => {
  const { token, address } = await withAddress('bo')
  assert.equal((await login(address, 'password of bo')).status, 200)
  const body = { medium: 'email', address: 'BO@kommun.se' }
  const removed = await call('POST', '/account/3pid/delete', { token, body })
  assert.deepEqual(removed.json, { id_server_unbind_result: 'no-support' })
  assert.deepEqual((await call('GET', '/account/3pid', { token })).json, { threepids: [] })
  refused(await login(address, 'password of bo'), 403, 'M_FORBIDDEN')
})

test('an address is not added without password, confirmation, or the secret of the client, nor by a proof for something else', async () => {
  const { token } = await aUser(t.accounts, 'cilla')
  const address = 'cilla@kommun.se'
  const auth = { type: 'm.login.password', user: 'cilla', password: 'password of cilla' }
  const add = (body: object) => call('POST', '/account/3pid/add', { token, body })
  const { sid } = (await requestToken('/account/3pid', address)).json
  assert.equal((await add(creds(sid, address))).status, 401)
  refused(await add({ ...creds(sid, address), auth }), 403, 'M_THREEPID_AUTH_FAILED')
  await press(await linkTo(address))
  refused(await add({ sid, client_secret: 'other', auth }), 403, 'M_THREEPID_AUTH_FAILED')
  const other = await proved('/register', 'cilla.b@kommun.se')
  refused(await add({ ...creds(other, 'cilla.b@kommun.se'), auth }), 403, 'M_THREEPID_AUTH_FAILED')
  assert.equal((await add({ ...creds(sid, address), auth })).status, 200)
  refused(await add({ ...creds(sid, address), auth }), 403, 'M_THREEPID_AUTH_FAILED')
})

test('an address has one account: of two who have proved it the first gets it', async () => {
  const address = 'delad@kommun.se'
  const adding = await proved('/account/3pid', address)
  const registering = await proved('/register', address, 2)
  const { token } = await aUser(t.accounts, 'david')
  const auth = { type: 'm.login.password', user: 'david', password: 'password of david' }
  const body = { username: 'erik', password: 'ett långt lösenord', auth: emailAuth(registering, address) }
  assert.equal((await call('POST', '/register', { body })).status, 200)
  refused(
    await call('POST', '/account/3pid/add', { token, body: { ...creds(adding, address), auth } }),
    400,
    'M_THREEPID_IN_USE',
  )
})

test('the answer does not tell whether an account has the address: the mail does, and it has no link', async () => {
  const { address } = await withAddress('fia')
  const shape = ({ status, json }: Answer) => [status, Object.keys(json), String(json.sid).length]
  const free = await requestToken('/register', 'ledig@kommun.se')
  const taken = await requestToken('/register', address)
  assert.deepEqual(shape(taken), shape(free))
  assert.match((await mailTo(address, 2)).parts.get('text/plain') ?? '', /hör redan till ett konto/)
  const unknown = await requestToken('/account/password', 'ingen@kommun.se')
  assert.deepEqual(shape(unknown), shape(free))
  const mail = (await mailTo('ingen@kommun.se')).parts.get('text/plain') ?? ''
  assert.match(mail, /inget konto med lösenord/)
  assert.ok(!mail.includes(baseUrl))
})

test('a forgotten password: proof, a new password, every device logged out, and the proof is used up', async () => {
  const { token, address } = await withAddress('gun')
  const sid = await proved('/account/password', address, 2)
  const reset = (new_password: string, auth?: object) =>
    call('POST', '/account/password', { body: { new_password, auth } })
  const begun = await reset('ett nytt lösenord')
  assert.deepEqual(begun.json.flows, [{ stages: ['m.login.email.identity'] }])
  refused(await reset('kort', emailAuth(sid, address)), 400, 'M_WEAK_PASSWORD')
  assert.deepEqual(await reset('ett nytt lösenord', emailAuth(sid, address)), { status: 200, json: {} })
  refused(await call('GET', '/account/whoami', { token }), 401, 'M_UNKNOWN_TOKEN')
  refused(await login(address, 'password of gun'), 403, 'M_FORBIDDEN')
  assert.equal((await login(address, 'ett nytt lösenord')).status, 200)
  refused(await reset('ett tredje lösenord', emailAuth(sid, address)), 401, 'M_THREEPID_AUTH_FAILED')
})

test('a proof for registration does not open an account', async () => {
  const { address } = await withAddress('hans')
  const { sid } = (await requestToken('/register', address)).json
  const body = { new_password: 'ett nytt lösenord', auth: emailAuth(sid, address) }
  refused(await call('POST', '/account/password', { body }), 401, 'M_THREEPID_AUTH_FAILED')
})

test('a closed account gives its addresses back', async () => {
  const { token, address } = await withAddress('ida')
  const auth = { type: 'm.login.password', user: 'ida', password: 'password of ida' }
  assert.equal((await call('POST', '/account/deactivate', { token, body: { auth } })).status, 200)
  await proved('/register', address, 2)
})

test('what cannot be right is refused before any mail', async () => {
  const bad: readonly (readonly [object, number, string])[] = [
    [{ client_secret: 'a b' }, 400, 'M_INVALID_PARAM'],
    [{ client_secret: '' }, 400, 'M_INVALID_PARAM'],
    [{ client_secret: 'a'.repeat(256) }, 400, 'M_INVALID_PARAM'],
    [{ email: 'anna' }, 400, 'M_INVALID_PARAM'],
    [{ email: 'anna@annan.se' }, 403, 'M_THREEPID_DENIED'],
    [{ next_link: 'javascript:alert(1)' }, 400, 'M_INVALID_PARAM'],
    [{ next_link: 'file:///etc/passwd' }, 400, 'M_INVALID_PARAM'],
    [{ next_link: 'https://a:b@kommun.se' }, 400, 'M_INVALID_PARAM'],
    [{ next_link: `https://kommun.se/${'a'.repeat(2048)}` }, 400, 'M_INVALID_PARAM'],
    [{ send_attempt: 1.5 }, 400, 'M_BAD_JSON'],
  ]
  for (const [body, status, errcode] of bad) {
    refused(await requestToken('/register', 'ratt@kommun.se', body), status, errcode)
  }
  refused(await requestToken('/register', 'ratt@kommun.se', {}, 'closed'), 403, 'M_FORBIDDEN')
  assert.equal((await requestToken('/account/password', 'anna@annan.se')).status, 200)
  await mailTo('anna@annan.se')
  assert.ok(!mailServer.asked.includes('ratt@kommun.se'))
})

test('nobody is flooded with mails, whatever secrets and attempts a client makes up', async () => {
  const ask = (secret: number) => requestToken('/account/3pid', 'flod@kommun.se', { client_secret: `s${secret}` })
  for (const secret of [1, 2, 3]) assert.equal((await ask(secret)).status, 200)
  refused(await ask(4), 429, 'M_LIMIT_EXCEEDED')
  t.clock.advanceNow(HOUR)
  assert.equal((await ask(4)).status, 200)
})

test('telephones and identity servers: refused with the right code', async () => {
  const { token } = await aUser(t.accounts, 'jan')
  const phone = { client_secret: 's', country: 'SE', phone_number: '070', send_attempt: 1 }
  for (const what of ['/register', '/account/3pid', '/account/password']) {
    refused(await call('POST', `${what}/msisdn/requestToken`, { body: phone }), 400, 'M_THREEPID_MEDIUM_NOT_SUPPORTED')
  }
  const proof = { client_secret: 's', sid: 's', id_server: 'id.example', id_access_token: 't' }
  refused(await call('POST', '/account/3pid/bind', { token, body: proof }), 400, 'M_SERVER_NOT_TRUSTED')
  refused(
    await call('POST', '/account/3pid', { token, body: { three_pid_creds: proof } }),
    403,
    'M_THREEPID_AUTH_FAILED',
  )
  const unbound = await call('POST', '/account/3pid/unbind', {
    token,
    body: { medium: 'email', address: 'a@kommun.se' },
  })
  assert.deepEqual(unbound.json, { id_server_unbind_result: 'no-support' })
})

test('without mails nothing is promised: the capability is off, requests and resets are refused with the reason', async () => {
  const { token } = await aUser(t.accounts, 'karin')
  const enabled = async (at: ServerKind) =>
    (await call('GET', '/capabilities', { token, at })).json.capabilities['m.3pid_changes'].enabled
  assert.deepEqual([await enabled('usual'), await enabled('mute')], [true, false])
  for (const what of ['/register', '/account/3pid', '/account/password'] as const) {
    refused(await requestToken(what, 'karin@kommun.se', {}, 'mute'), 400, 'M_THREEPID_MEDIUM_NOT_SUPPORTED')
  }
  const body = { new_password: 'ett nytt lösenord' }
  refused(await call('POST', '/account/password', { body, at: 'mute' }), 401, 'M_MISSING_TOKEN')
})

test('where an address is required it comes before the registration token, and there is no way around it', async () => {
  const begun = await call('POST', '/register', { body: {}, at: 'strict' })
  assert.deepEqual(begun.json.flows, [{ stages: ['m.login.email.identity', 'm.login.registration_token'] }])
  const body = { username: 'lena', password: 'ett långt lösenord', auth: { type: 'm.login.dummy' } }
  refused(await call('POST', '/register', { body, at: 'strict' }), 401, 'M_FORBIDDEN')
})

test('proofs that have ended are forgotten', async () => {
  await requestToken('/register', 'stadas@kommun.se')
  t.clock.advanceNow(HOUR)
  await t.accounts.tidy()
  const rows = await t.database.run<[], { count: number }>({
    name: 'test.count_proofs',
    text: 'select count(*)::int as count from email_proof',
    writes: false,
  })
  assert.deepEqual(rows, [{ count: 0 }])
})
