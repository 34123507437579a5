import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { logTo } from '#platform/log/log.ts'
import { SmtpMailer } from '#platform/mail/mail.ts'
import { startMailServer } from '#platform/mail/mail-server-for-tests.ts'
import { systemRandom } from '#platform/random/random.ts'
import { EmailProofs } from './email-proofs.ts'
import { accountsForTests, aUser } from './test-accounts.ts'

const baseUrl = 'https://matrix.kommun.example/m'
const mailServer = await startMailServer()
const mailer = newMailer()
const t = accountsForTests({ baseUrl }, { mailer, domains: [], mailsPerAddress: undefined })

after(async () => {
  await mailer.stop()
  await mailServer.close()
})

function newMailer(): SmtpMailer {
  const options = {
    host: '127.0.0.1',
    port: mailServer.port,
    security: 'none' as const,
    user: undefined,
    password: undefined,
    from: 'chatt@kommun.example',
    authorities: [],
    timeout: 10_000,
  }
  return new SmtpMailer({ clock: systemClock(), log: logTo({ write() {} }), options })
}

const request = (email: string) => ({ email, clientSecret: 'secret', sendAttempt: 1, nextLink: undefined })

/** Session and token in the link of the mail to an address. */
async function linkIn(address: string): Promise<{ sid: string; token: string }> {
  for (let index = 0; ; index++) {
    const mail = await mailServer.mail(index)
    const link = /https:\S+/.exec(mail.parts.get('text/plain') ?? '')?.[0]
    if (mail.to !== address || link === undefined) continue
    assert.ok(link.startsWith(`${baseUrl}/_matrix/client/`), 'a path of the address of clients is kept')
    const { sid = '', token = '' } = Object.fromEntries(new URL(link).searchParams)
    return { sid, token }
  }
}

test('a mail that finds no room is told to the client, and the same attempt is sent later', async () => {
  const stopped = newMailer()
  await stopped.stop()
  const { serverName, database, clock } = t
  const settings = { mailer: stopped, domains: [], mailsPerAddress: undefined }
  const proofs = new EmailProofs({ serverName, database, clock, random: systemRandom(), baseUrl, settings })
  await assert.rejects(proofs.request('add', request('anna@kommun.example')), { status: 429 })
  const { sid } = await t.accounts.requestEmailToken('add', request('anna@kommun.example'))
  assert.equal((await linkIn('anna@kommun.example')).sid, sid)
})

test('of the same request twice at once one mail comes, and both have its session', async () => {
  const both = await Promise.all([1, 2].map(() => t.accounts.requestEmailToken('add', request('bo@kommun.example'))))
  const { sid } = await linkIn('bo@kommun.example')
  assert.deepEqual(both, [{ sid }, { sid }])
})

test('a proof is pending until it is confirmed, stays proved when confirmed again, and ends', async () => {
  await t.accounts.requestEmailToken('add', request('cia@kommun.example'))
  const { sid, token } = await linkIn('cia@kommun.example')
  const { emailProofs } = t.accounts
  const state = (secret = 'secret') => emailProofs.stateOf('add', sid, secret)
  assert.equal(await state(), 'pending')
  assert.equal(await emailProofs.confirm(sid, `${token}x`), undefined)
  assert.equal(await state(), 'pending')
  for (const again of [1, 2]) assert.ok(await emailProofs.confirm(sid, token), String(again))
  assert.deepEqual([await state(), await state('other')], ['proved', 'unknown'])
  assert.equal(await emailProofs.stateOf('reset', sid, 'secret'), 'unknown')
  t.clock.advanceNow(3_600_000)
  assert.equal(await state(), 'unknown')
})

test('a closed account is given no address', async () => {
  const { session } = await aUser(t.accounts, 'david')
  await t.accounts.requestEmailToken('add', request('david@kommun.example'))
  const { sid, token } = await linkIn('david@kommun.example')
  await t.accounts.emailProofs.confirm(sid, token)
  await t.accounts.deactivate(session.userId, { erase: false })
  await assert.rejects(t.accounts.emails.add(session.userId, sid, 'secret'), { errcode: 'M_THREEPID_IN_USE' })
  assert.deepEqual(await t.accounts.emails.list(session.userId), [])
})

test('an account has at most ten addresses', async () => {
  const { session } = await aUser(t.accounts, 'erik')
  for (let number = 0; number <= 10; number++) {
    const address = `erik.${number}@kommun.example`
    await t.accounts.requestEmailToken('add', request(address))
    const { sid, token } = await linkIn(address)
    await t.accounts.emailProofs.confirm(sid, token)
    const added = t.accounts.emails.add(session.userId, sid, 'secret')
    if (number < 10) await added
    else await assert.rejects(added, { errcode: 'M_INVALID_PARAM' })
  }
})
