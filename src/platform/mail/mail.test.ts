import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuthority, issueCertificate } from '#platform/certificates/certificates.ts'
import { type Clock, FakeClock, systemClock } from '#platform/clock/clock.ts'
import { logTo } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { type Mail, type MailOptions, SmtpMailer } from './mail.ts'
import { startMailServer } from './mail-server-for-tests.ts'

const random = systemRandom()
const validity = { from: Date.now() - 3_600_000, until: Date.now() + 3_600_000 }
const authority = createAuthority({ name: 'mail', validity, random })
const certificate = issueCertificate({ names: ['127.0.0.1'], authority, validity, random })

const mail: Mail = {
  to: 'åsa@kommun.example',
  fromName: 'Kommunen, "chatt"',
  subject: 'Bekräfta',
  text: 'Räksmörgås https://a.example/?a=b',
  html: '<p>Räksmörgås</p>',
}

interface Ends {
  after(act: () => Promise<void>): void
}

async function serverAndMailer(
  t: Ends,
  changed: Partial<MailOptions> = {},
  offersTls = true,
  clock: Clock = systemClock(),
) {
  const lines: string[] = []
  const server = await startMailServer(offersTls ? certificate : undefined)
  const mailer = new SmtpMailer({
    clock,
    log: logTo({ write: (line) => void lines.push(line) }),
    options: {
      host: '127.0.0.1',
      port: server.port,
      security: 'starttls',
      user: undefined,
      password: undefined,
      from: 'chatt@kommun.example',
      authorities: [authority.certificate],
      timeout: 10_000,
      ...changed,
    },
  })
  t.after(async () => {
    await mailer.stop()
    await server.close()
  })
  return { server, mailer, lines }
}

/** Turns the clock, an hour and more in all, until `done`: the pauses of a mailer begin when its sockets say so. */
async function turnUntil(clock: FakeClock, done: Promise<unknown>): Promise<void> {
  let isDone = false
  void done.then(() => {
    isDone = true
  })
  while (!isDone) {
    await clock.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a mail is sent encrypted, with a plain and an HTML part, and says that a program has written it', async (t) => {
  const { server, mailer } = await serverAndMailer(t)
  assert.equal(mailer.send(mail), true)
  const received = await server.mail(0)
  assert.equal(received.encrypted, true)
  assert.equal(received.to, mail.to)
  assert.match(received.headers, /^Auto-Submitted: auto-generated$/m)
  assert.match(received.headers, /^From: .*<chatt@kommun\.example>$/m)
  assert.equal(received.parts.get('text/plain')?.trim(), mail.text)
  assert.equal(received.parts.get('text/html')?.trim(), mail.html)
})

for (const [what, changed, offersTls] of [
  ['that offers no TLS', {}, false],
  ['whose certificate nobody vouches for', { authorities: [] }, true],
] as const) {
  test(`nothing is sent to a server ${what}`, async (t) => {
    const { server, mailer, lines } = await serverAndMailer(t, changed, offersTls, new FakeClock())
    mailer.send(mail)
    await until(() => lines.length > 0)
    assert.match(lines.join(''), /tried again/)
    assert.deepEqual(server.asked, [])
  })
}

test('a mail that the server puts off is tried again, and sent once', async (t) => {
  const clock = new FakeClock()
  const { server, mailer } = await serverAndMailer(t, {}, true, clock)
  server.refusals.push('450 4.2.0 Later', '451 4.3.0 Later')
  mailer.send(mail)
  await turnUntil(clock, server.mail(0))
  assert.equal(server.asked.length, 3)
  assert.equal(server.mails.length, 1)
})

test('a mail that the server will never take is given up at once, and the log does not name the recipient', async (t) => {
  const { server, mailer, lines } = await serverAndMailer(t)
  server.refusals.push('550 5.1.1 <åsa@kommun.example> unknown')
  mailer.send(mail)
  await until(() => lines.length > 0)
  assert.match(lines.join(''), /"smtp_status":550.*given up/)
  assert.doesNotMatch(lines.join(''), /sa@kommun/)
  assert.equal(server.asked.length, 1)
})

test('more than 1,000 mails do not wait, and none is taken after the stop', async (t) => {
  const { server, mailer } = await serverAndMailer(t, {}, true, new FakeClock())
  server.refusals.push(...new Array<string>(2_000).fill('450 4.2.0 Later'))
  for (let count = 0; count < 1_000; count++) assert.equal(mailer.send(mail), true)
  assert.equal(mailer.send(mail), false)
  await mailer.stop()
  assert.equal(mailer.send(mail), false)
})

/** Resolves when it is so, which the loop of events brings about. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}
