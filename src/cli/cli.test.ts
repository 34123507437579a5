import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { seededRandom } from '#platform/random/random.ts'
import { type Administration, type Io, type Parts, runCommandLine, terminal, type UserSummary } from './cli.ts'

interface Setting {
  readonly administration?: Partial<Administration>
  readonly answers?: readonly string[]
  readonly line?: string
  readonly serve?: Parts['serve']
}

/** Runs one command, and tells what was said and done. */
async function run(argv: readonly string[], setting: Setting = {}) {
  const said = { out: '', error: '' }
  const calls: [string, unknown][] = []
  const answers = [...(setting.answers ?? [])]
  const io: Io = {
    out: (text) => {
      said.out += `${text}\n`
    },
    error: (text) => {
      said.error += `${text}\n`
    },
    canAsk: setting.answers !== undefined,
    askSecret: async () => answers.shift() ?? '',
    readLine: async () => setting.line ?? '',
  }
  const noted =
    <Result>(name: string, result: Result) =>
    async (what?: unknown) => {
      calls.push([name, what])
      return result
    }
  const administration: Administration = {
    createTenant: noted('createTenant', { serverName: 'a.example', createdAt: 0 }),
    listTenants: noted('listTenants', []),
    removeTenant: noted('removeTenant', undefined),
    createUser: noted('createUser', { userId: '@anna:a.example' }),
    listUsers: noted('listUsers', []),
    setPassword: noted('setPassword', { userId: '@anna:a.example' }),
    deactivateUser: noted('deactivateUser', { userId: '@anna:a.example' }),
    diagnose: noted('diagnose', []),
    close: noted('close', undefined),
    ...setting.administration,
  }
  const parts: Parts = {
    version: '1.2.3',
    random: seededRandom(1),
    openAdministration: async (place) => {
      calls.push(['open', place])
      return administration
    },
    serve: setting.serve ?? (async () => 0),
  }
  const code = await runCommandLine(argv, io, parts)
  return { code, ...said, calls, acts: calls.filter(([name]) => name !== 'open' && name !== 'close') }
}

test('a command is called with its arguments and the configuration file, and closes what it opened', async () => {
  const { code, out, calls } = await run(['tenant', 'create', 'a.example', '--config', 'x.yaml'])
  assert.deepEqual([code, out], [0, 'Made a.example.\n'])
  assert.deepEqual(calls, [
    ['open', { configFile: 'x.yaml' }],
    ['createTenant', { serverName: 'a.example' }],
    ['close', undefined],
  ])
})

test('options may stand before, between and after the words', async () => {
  for (const argv of [
    ['--config', 'x', 'user', 'list', '--server', 'a'],
    ['user', '--server', 'a', 'list', '--config=x'],
  ]) {
    const { calls } = await run(argv)
    assert.deepEqual(calls[0], ['open', { configFile: 'x' }])
    assert.partialDeepStrictEqual(calls[1], ['listUsers', { serverName: 'a' }])
  }
})

test('--json answers with one object on standard output, failures with one on standard error', async () => {
  const listed = await run(['tenant', 'list', '--json'])
  assert.deepEqual(JSON.parse(listed.out), { tenants: [] })
  const failing = { createTenant: () => Promise.reject(new Error('There is one already.')) }
  const failed = await run(['tenant', 'create', 'a', '--json'], { administration: failing })
  assert.deepEqual([failed.code, failed.out, JSON.parse(failed.error)], [1, '', { error: 'There is one already.' }])
  assert.deepEqual(failed.calls.at(-1), ['close', undefined])
})

test('a failure is told in its own sentence, with exit code 1', async () => {
  const administration = { listTenants: () => Promise.reject(new Error('The database does not answer. Start it.')) }
  const { code, error } = await run(['tenant', 'list'], { administration })
  assert.deepEqual([code, error], [1, 'The database does not answer. Start it.\n'])
})

test('wrong use is exit code 2, with the nearest name, and nothing is opened', async () => {
  const cases: [string[], RegExp][] = [
    [['tenant', 'craete', 'x'], /no command "tenant craete"\. Did you mean "tenant create"\?/],
    [['tenant'], /no command "tenant"\./],
    [['serv'], /Did you mean "serve"\?/],
    [['tenant', 'create'], /<server name> is missing/],
    [['tenant', 'create', 'a', 'b'], /"b" is one argument too many/],
    [['user', 'create', 'x', '--pasword-stdin'], /no option "--pasword-stdin"\. Did you mean "--password-stdin"\?/],
    [['user', 'create', 'x', '--password=hemligt'], /no option "--password"/],
    [['user', 'list', '--server'], /--server/],
    [['tenant', 'remove', 'a'], /add --delete-data/],
    [['user', 'deactivate', 'a'], /add --yes/],
    [['user', 'create', 'x', '--password-stdin', '--random-password'], /Choose one/],
    [['user', 'create', 'x'], /no terminal/],
  ]
  for (const [argv, message] of cases) {
    const { code, error, calls } = await run(argv)
    assert.equal(code, 2, argv.join(' '))
    assert.match(error, message)
    assert.doesNotMatch(error, /hemligt/)
    assert.deepEqual(calls, [])
  }
})

test('a password is asked for twice, and two that differ change nothing', async () => {
  const same = await run(['user', 'create', 'anna', '--admin', '--display-name', 'Anna'], { answers: ['hej', 'hej'] })
  const account = { user: 'anna', password: 'hej', displayName: 'Anna', isAdministrator: true }
  assert.deepEqual(same.acts, [['createUser', account]])
  assert.doesNotMatch(same.out + same.error, /hej/)
  for (const answers of [
    ['hej', 'nej'],
    ['', ''],
  ]) {
    const other = await run(['user', 'create', 'anna'], { answers })
    assert.deepEqual([other.code, other.calls], [1, []])
  }
})

test('a password comes from standard input, or is made up and shown once', async () => {
  const piped = await run(['user', 'password', 'anna', '--password-stdin'], { line: 'hej på dig' })
  assert.deepEqual(piped.acts, [['setPassword', { user: 'anna', password: 'hej på dig', logOut: true }]])
  assert.doesNotMatch(piped.out, /hej/)
  const made = await run(['user', 'password', 'anna', '--random-password', '--keep-sessions', '--json'])
  const { password } = JSON.parse(made.out)
  assert.match(password, /^[a-zA-Z0-9]{24}$/)
  assert.deepEqual(made.acts, [['setPassword', { user: 'anna', password, logOut: false }]])
})

test('removing and closing need their own word', async () => {
  assert.deepEqual((await run(['tenant', 'remove', 'a', '--delete-data'])).acts, [
    ['removeTenant', { serverName: 'a' }],
  ])
  const closed = await run(['user', 'deactivate', '@b:a', '--yes', '--erase'])
  assert.deepEqual(closed.acts, [['deactivateUser', { user: '@b:a', erase: true }]])
})

test('a long list of people is fetched page by page, and hostile names cannot forge lines', async () => {
  const all = Array.from({ length: 1001 }, (_, i): UserSummary => {
    const displayName = i === 0 ? 'x\n@fake:a\u001b[2J' : undefined
    return {
      userId: `@u${String(i).padStart(4, '0')}:a`,
      displayName,
      isAdministrator: i === 1,
      isDeactivated: i === 2,
      createdAt: 0,
    }
  })
  let pages = 0
  const listUsers: Administration['listUsers'] = async ({ after, limit }) => {
    pages += 1
    const start = after === undefined ? 0 : all.findIndex(({ userId }) => userId === after) + 1
    return all.slice(start, start + limit)
  }
  const { out } = await run(['user', 'list'], { administration: { listUsers } })
  assert.equal(pages, 3)
  assert.equal(out.trimEnd().split('\n').length, 1002)
  assert.equal(out.includes('\u001b'), false)
  assert.match(out, /^@u0001:a +1970-01-01 {2}administrator$/m)
  assert.match(out, /^@u0002:a +1970-01-01 {2}closed$/m)
})

test('doctor ends with 1 only when something is bad', async () => {
  const diagnose = (state: 'warning' | 'bad') => async () => [{ subject: 'database', state, sentence: 'Look at it.' }]
  const bad = await run(['doctor'], { administration: { diagnose: diagnose('bad') } })
  assert.deepEqual([bad.code, bad.out], [1, 'BAD      database: Look at it.\n'])
  assert.equal((await run(['doctor'], { administration: { diagnose: diagnose('warning') } })).code, 0)
})

test('serve gives its exit code on', async () => {
  assert.equal((await run(['serve'])).code, 0)
  assert.equal((await run(['serve', '--config', 'x'], { serve: async () => 3 })).code, 1)
  const { code, error } = await run(['serve'], {
    serve: () => Promise.reject(new Error('Port in use. Choose another.')),
  })
  assert.deepEqual([code, error], [1, 'Port in use. Choose another.\n'])
})

test('there is help for everything, and asking for nothing is wrong use', async () => {
  const all = await run(['help'])
  assert.equal(all.code, 0)
  const names = [...all.out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}/gm)].map(([, name]) => name ?? '')
  const needed = ['serve', 'tenant create', 'tenant list', 'tenant remove', 'user create', 'user list']
  for (const name of [...needed, 'user password', 'user deactivate', 'doctor', 'version', 'help']) {
    assert.ok(names.includes(name), name)
    const one = await run(['help', ...name.split(' ')])
    assert.equal(one.code, 0)
    if (name !== 'help') assert.equal((await run([...name.split(' '), '--help'])).out, one.out)
  }
  assert.match(
    (await run(['help', 'user', 'create'])).out,
    /Usage: samband user create <user> \[options\][\s\S]*--password-stdin/,
  )
  assert.match((await run(['help', 'tenant'])).out, /tenant remove/)
  assert.equal((await run(['help', 'nonsense'])).code, 2)
  assert.equal((await run([])).code, 2)
  assert.equal((await run(['--help'])).code, 0)
})

test('version says the version', async () => {
  assert.match((await run(['version'])).out, /^samband 1\.2\.3 \(Node /)
  assert.equal(JSON.parse((await run(['version', '--json'])).out).version, '1.2.3')
})

test('terminal: a secret is not shown, backspace and Ctrl-U edit it, Ctrl-C breaks off', async () => {
  const shown: string[] = []
  const modes: boolean[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => void modes.push(on) })
  const out = new PassThrough()
  out.on('data', (chunk) => shown.push(String(chunk)))
  const io = terminal({ stdin, stdout: out, stderr: out })
  const asking = io.askSecret('Password: ')
  stdin.write('wrong\u0015hemm\u007f')
  stdin.write('ligt\r')
  assert.equal(await asking, 'hemligt')
  assert.deepEqual(modes, [true, false])
  assert.equal(shown.join(''), 'Password: \n')
  const broken = io.askSecret('Password: ')
  stdin.write('hem\u0003')
  await assert.rejects(broken, /Broken off/)
})

test('terminal: the first line of standard input, with and without line feed, and bounded', async () => {
  const lineOf = (...chunks: string[]) => {
    const stdin = new PassThrough()
    const io = terminal({ stdin, stdout: new PassThrough(), stderr: new PassThrough() })
    const line = io.readLine()
    for (const chunk of chunks) stdin.write(chunk)
    stdin.end()
    return line
  }
  assert.equal(await lineOf('he', 'j\r\nmore\n'), 'hej')
  assert.equal(await lineOf('hej'), 'hej')
  assert.equal(await lineOf(), '')
  await assert.rejects(lineOf('x'.repeat(5000)), /longer than 4096/)
})
