import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import { seededRandom } from '#platform/random/random.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import {
  type Flow,
  InteractiveAuthentication,
  InteractiveAuthenticationRequired,
  type Stage,
} from './interactive-authentication.ts'

const wrong = new MatrixError({ status: 401, errcode: 'M_FORBIDDEN', message: 'Wrong.' })
const secret: Stage = async (auth) =>
  auth['secret'] === 'x' ? { passed: true, proof: 'proof of x' } : { refused: wrong }

function authentication(clock = new FakeClock()) {
  const stages = new Map<string, Stage>([
    ['foo', secret],
    ['bar', async () => ({ passed: true })],
    ['baz', async () => ({ passed: true })],
  ])
  return new InteractiveAuthentication({ clock, random: seededRandom(1), stages })
}

const flows: readonly Flow[] = [
  ['foo', 'bar'],
  ['foo', 'baz'],
]

/** The body of the 401, or the proofs. */
async function ask(
  subject: InteractiveAuthentication,
  auth?: JsonObject,
  { operation = 'act', flows: asked = flows }: { operation?: string; flows?: readonly Flow[] } = {},
): Promise<{ [key: string]: unknown }> {
  try {
    const proofs = await subject.require({ body: auth && { auth }, operation, flows: asked, session: undefined })
    return { passed: Object.fromEntries(proofs) }
  } catch (error) {
    if (!(error instanceof InteractiveAuthenticationRequired)) throw error
    assert.equal(error.status, 401)
    return error.toJSON()
  }
}

test('without auth: 401 with flows, params and a session, and no errcode', async () => {
  const asked = await ask(authentication())
  assert.deepEqual(Object.keys(asked).sort(), ['flows', 'params', 'session'])
  assert.deepEqual(asked['flows'], [{ stages: ['foo', 'bar'] }, { stages: ['foo', 'baz'] }])
})

test('stages are gone through in order, one request each, and the last one lets the act happen', async () => {
  const subject = authentication()
  const { session } = await ask(subject)
  const second = await ask(subject, { type: 'foo', secret: 'x', session: String(session) })
  assert.deepEqual(second['completed'], ['foo'])
  assert.equal(second['session'], session)
  assert.equal(second['errcode'], undefined)
  const done = await ask(subject, { type: 'baz', session: String(session) })
  assert.deepEqual(done, { passed: { foo: 'proof of x', baz: undefined } })
})

test('a failed attempt: 401 with errcode, the same session, and another try', async () => {
  const subject = authentication()
  const { session } = await ask(subject)
  const failed = await ask(subject, { type: 'foo', secret: 'y', session: String(session) })
  assert.equal(failed['errcode'], 'M_FORBIDDEN')
  assert.equal(failed['session'], session)
  assert.equal(failed['completed'], undefined)
  const again = await ask(subject, { type: 'foo', secret: 'x', session: String(session) })
  assert.deepEqual(again['completed'], ['foo'])
})

test('a stage out of order, or of no flow, is a failed attempt', async () => {
  const subject = authentication()
  const { session } = await ask(subject)
  for (const type of ['bar', 'baz', 'm.login.unheard_of']) {
    const failed = await ask(subject, { type, session: String(session) })
    assert.equal(failed['errcode'], 'M_FORBIDDEN', type)
    assert.equal(failed['completed'], undefined)
  }
})

test('a completed stage is not run again: the answer is the state of the dialogue', async () => {
  const subject = authentication()
  const { session } = await ask(subject)
  await ask(subject, { type: 'foo', secret: 'x', session: String(session) })
  const again = await ask(subject, { type: 'foo', secret: 'y', session: String(session) })
  assert.equal(again['errcode'], undefined)
  assert.deepEqual(again['completed'], ['foo'])
})

test('one request may do all of a flow of one stage, without a session', async () => {
  const done = await ask(authentication(), { type: 'bar' }, { flows: [['bar']] })
  assert.deepEqual(done, { passed: { bar: undefined } })
})

test('a dialogue authorizes one act: its session is worth nothing afterwards', async () => {
  const subject = authentication()
  const single: readonly Flow[] = [['foo']]
  const { session } = await ask(subject, undefined, { flows: single })
  assert.ok('passed' in (await ask(subject, { type: 'foo', secret: 'x', session: String(session) }, { flows: single })))
  const later = await ask(subject, { session: String(session) }, { flows: single })
  assert.ok('session' in later)
  assert.notEqual(later['session'], session)
})

test('of two requests that pass the last stage together one goes on', async () => {
  const subject = authentication()
  const single: readonly Flow[] = [['foo']]
  const { session } = await ask(subject, undefined, { flows: single })
  const auth = { type: 'foo', secret: 'x', session: String(session) }
  const answers = await Promise.all([ask(subject, auth, { flows: single }), ask(subject, auth, { flows: single })])
  assert.equal(answers.filter((answer) => 'passed' in answer).length, 1)
})

test('accounts/operation-changed: a dialogue cannot be finished for another operation', async () => {
  const subject = authentication()
  const { session } = await ask(subject, undefined, { operation: 'delete A' })
  await assert.rejects(
    ask(subject, { type: 'foo', secret: 'x', session: String(session) }, { operation: 'delete B' }),
    {
      status: 403,
      rule: 'accounts/operation-changed',
    },
  )
})

test('a dialogue is forgotten after a quarter of an hour: the client is asked from the beginning', async () => {
  const clock = new FakeClock()
  const subject = authentication(clock)
  const { session } = await ask(subject)
  await ask(subject, { type: 'foo', secret: 'x', session: String(session) })
  clock.advanceNow(15 * 60_000 + 1)
  const late = await ask(subject, { type: 'bar', session: String(session) })
  assert.equal(late['errcode'], 'M_FORBIDDEN')
  assert.notEqual(late['session'], session)
})

test('M_BAD_JSON: auth that is no object', async () => {
  await assert.rejects(authentication().require({ body: { auth: 'x' }, operation: 'act', flows, session: undefined }), {
    errcode: 'M_BAD_JSON',
  })
})
