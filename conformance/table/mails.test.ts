// A whole server with a mail server, as an operator sets it up: an account by a confirmed address, and a new password. Each answer is held
// against the specification's own schema.
// spec: client-server-api, POST /_matrix/client/v3/register/email/requestToken, /account/password/email/requestToken, /account/3pid/add

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { before, test } from 'node:test'
import { createAuthority, issueCertificate } from '#platform/certificates/certificates.ts'
import { type MailServerForTests, startMailServer } from '#platform/mail/mail-server-for-tests.ts'
import { systemRandom } from '#platform/random/random.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { type Asked, type ServerUnderTest, startServer } from '../bad-input/server-under-test.ts'
import { mismatches } from './check-answers.ts'
import { operationFor } from './operations.ts'

const scope = scopeOfFile()
const base = 'https://matrix.alfa.example'
const client = '/_matrix/client/v3'
const address = 'anna@kommun.example'
let server: ServerUnderTest
let mailServer: MailServerForTests

before(async () => {
  const random = systemRandom()
  const validity = { from: Date.now() - 3_600_000, until: Date.now() + 3_600_000 }
  const authority = createAuthority({ name: 'mail', validity, random })
  const folder = await mkdtemp(path.join(tmpdir(), 'samband-mails-'))
  await writeFile(path.join(folder, 'ca.pem'), authority.certificate)
  mailServer = await startMailServer(issueCertificate({ names: ['127.0.0.1'], authority, validity, random }))
  scope.after(async () => {
    await mailServer.close()
    await rm(folder, { recursive: true })
  })
  server = await startServer(scope, {
    SAMBAND_TENANTS__0__CLIENT_URL: base,
    SAMBAND_MAIL__HOST: '127.0.0.1',
    SAMBAND_MAIL__PORT: String(mailServer.port),
    SAMBAND_MAIL__FROM: 'chatt@kommun.example',
    SAMBAND_MAIL__CA_FILE: path.join(folder, 'ca.pem'),
    SAMBAND_REGISTRATION__MODE: 'open',
    SAMBAND_REGISTRATION__REQUIRE_EMAIL: 'true',
  })
})

async function ask(target: string, asked: Asked, expected = 200): Promise<JsonObject> {
  const operation = operationFor('POST', target) ?? assert.fail(`${target} is no operation of the specification.`)
  const { status, body } = await server.ask('POST', target, asked)
  assert.equal(status, expected, `${operation}: ${JSON.stringify(body)}`)
  assert.deepEqual(mismatches([{ operation, status, test: '', bodies: [JSON.stringify(body)] }]), [])
  return body ?? assert.fail()
}

/** Asks for the mail with this number, presses its button, and returns what shows it. */
async function prove(what: string, email: string, number: number): Promise<{ sid: string; client_secret: string }> {
  const client_secret = `secret.${number}`
  const { sid } = await ask(`${client}/${what}/email/requestToken`, { body: { email, client_secret, send_attempt: 1 } })
  const mail = await mailServer.mail(number)
  assert.deepEqual([mail.to, mail.encrypted], [email, true])
  const link = new RegExp(`${base}(/\\S+)`).exec(mail.parts.get('text/plain') ?? '')?.[1] ?? assert.fail('no link')
  assert.equal((await server.ask('GET', link)).status, 200)
  assert.equal((await server.ask('POST', link)).status, 200)
  return { sid: String(sid), client_secret }
}

test('an address is proved for an account, another one is added, and a forgotten password is replaced', async () => {
  const flow = { type: 'm.login.email.identity' }
  const account = { username: 'anna', password: 'ett långt lösenord' }
  const begun = await ask(`${client}/register`, { body: account }, 401)
  assert.deepEqual(begun['flows'], [{ stages: [flow.type] }])
  const registering = { ...flow, threepid_creds: await prove('register', address, 0) }
  const { user_id, access_token } = await ask(`${client}/register`, { body: { ...account, auth: registering } })

  const second = await prove('account/3pid', 'anna@hem.example', 1)
  const identifier = { type: 'm.id.thirdparty', medium: 'email', address }
  const auth = { type: 'm.login.password', identifier, password: account.password }
  await ask(`${client}/account/3pid/add`, { token: String(access_token), body: { ...second, auth } })

  const resetting = { ...flow, threepid_creds: await prove('account/password', 'anna@hem.example', 2) }
  await ask(`${client}/account/password`, { body: { new_password: 'ett nytt lösenord', auth: resetting } })
  const login = { type: 'm.login.password', identifier, password: 'ett nytt lösenord' }
  assert.equal((await ask(`${client}/login`, { body: login }))['user_id'], user_id)
  assert.deepEqual(server.defects, [])
})
