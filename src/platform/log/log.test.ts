import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { type LogLevel, logTo } from './log.ts'

function lines(level: LogLevel = 'debug') {
  const written: string[] = []
  const log = logTo({ write: (line) => void written.push(line) }, level)
  return { log, written, parsed: () => written.map((line): Record<string, unknown> => JSON.parse(line)) }
}

test('a line is one JSON object with time, level, fields and message', () => {
  const { log, written, parsed } = lines()
  log.with({ server_name: 'alfa.localhost' }).info({ ms: 1.5, ok: true, none: null, gone: undefined }, 'two\nlines')
  assert.equal(written[0]?.split('\n').length, 2)
  const { time, ...rest } = parsed()[0] ?? {}
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual(rest, {
    level: 'info',
    server_name: 'alfa.localhost',
    ms: 1.5,
    ok: true,
    none: null,
    message: 'two\nlines',
  })
})

test('lines below the level are not written', () => {
  const { log, parsed } = lines('warn')
  log.debug({}, 'a')
  log.info({}, 'b')
  log.warn({}, 'c')
  log.error({}, 'd')
  assert.deepEqual(
    parsed().map((line) => line['message']),
    ['c', 'd'],
  )
})

test('structures and secrets cannot get into a line, not even nested in errors', () => {
  const { log, written } = lines()
  const fields = {
    event: { content: { body: 'hemligt' } },
    headers: { authorization: 'Bearer hemligt' },
    list: [{ a: 'hemligt' }, ['hemligt'], 'fine'],
    password: 'hemligt',
    accessToken: 'hemligt',
    access_token: ['hemligt'],
    authorization: 'hemligt',
    body: 'hemligt',
    signing_key: 'hemligt',
    map: new Map([['a', 'hemligt']]),
    url: 'https://x/_matrix/client/v3/sync?since=1&access_token=hemligt&timeout=3',
    database: 'postgres://samband:hemligt@db/samband',
    header: 'authorization was Bearer hemligt',
    act: () => 'hemligt',
  }
  log.error({ ...fields, error: new Error('outer', { cause: new Error('POST /x?access_token=hemligt failed') }) }, 'x')
  log.with(fields).info({}, 'password=hemligt')
  assert.equal(written.join('').includes('hemligt'), false, written.join(''))
  assert.ok(written[0]?.includes('"fine"'))
  assert.ok(written[0]?.includes('timeout=3'))
  assert.ok(written[0]?.includes('outer'))
})

test('an error is written with name, code, stack and causes; a ring of causes ends', () => {
  const { log, parsed } = lines()
  const error = Object.assign(new TypeError('broken'), { code: 'ECONNRESET' })
  error.cause = error
  log.error({ error }, 'x')
  const written = parsed()[0]?.['error']
  assert.ok(typeof written === 'object' && written !== null)
  assert.partialDeepStrictEqual(written, { name: 'TypeError', message: 'broken', code: 'ECONNRESET' })
  assert.ok('stack' in written && String(written.stack).includes('log.test.ts'))
})

test('long text and long lists are cut', () => {
  const { log, written } = lines()
  log.info({ text: 'x'.repeat(100_000), list: Array.from({ length: 1000 }, (_, i) => i) }, 'y'.repeat(100_000))
  assert.ok((written[0]?.length ?? 0) < 6000)
})

test('a process whose log goes to standard output writes each line, at once when it ends', () => {
  const program = `import { logToStdout } from '#platform/log/log.ts'
    const { log, flush } = logToStdout('info')
    log.debug({}, 'unheard')
    for (const number of [1, 2]) log.info({ number }, 'heard')
    flush()`
  const args = ['--input-type=module-typescript', '--eval', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname })
  const numbers = stdout.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line).number))
  assert.deepEqual(numbers, [1, 2], stderr)
})
