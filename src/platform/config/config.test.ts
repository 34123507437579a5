import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { type Config, ConfigError, type Environment, loadConfig, manualPage } from './config.ts'
import { editDistance, nearestName } from './nearest-name.ts'

const folder = mkdtempSync(join(tmpdir(), 'samband-config-'))
after(() => rmSync(folder, { recursive: true }))

function load(yaml: string, environment: Environment = {}): Promise<Config> {
  writeFileSync(join(folder, 'samband.yaml'), yaml)
  return loadConfig({ file: 'samband.yaml', environment, workingFolder: folder })
}

/** The problems that a configuration is refused with, as a person reads them. */
async function problems(yaml: string, environment: Environment = {}): Promise<string[]> {
  try {
    await load(yaml, environment)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message.split('\n')
  }
  return assert.fail('was accepted')
}

test('nothing written gives safe defaults: loopback, closed registration, no private addresses, embedded database', async () => {
  const config = await loadConfig({ environment: {}, workingFolder: folder })
  assert.deepEqual(
    config.listeners.map(({ host, port }) => [host, port]),
    [['127.0.0.1', 8008]],
  )
  assert.equal(config.observation.host, '127.0.0.1')
  assert.equal(config.registration.mode, 'closed')
  assert.equal(config.federation.allowPrivateAddresses, false)
  assert.equal(config.rateLimits.enabled, true)
  assert.equal(config.database.url, undefined)
  assert.equal(config.data, join(folder, 'data'))
  assert.equal(config.media.folder, join(folder, 'data', 'media'))
})

test('an empty file, and a group with everything commented out, are the defaults', async () => {
  const defaults = await loadConfig({ environment: {}, workingFolder: folder })
  assert.deepEqual(await load(''), defaults)
  assert.deepEqual(await load('# nothing\nmedia:\n#  folder: x\n'), defaults)
})

test('where an authority is reached is an address without query, and a host with or without a port', async () => {
  const { tenants } = await load(`
tenants:
  - { server_name: a.se, client_url: "https://matrix.a.se/m", federation_address: "matrix.a.se:443" }
  - { server_name: b.se, client_url: "http://[::1]:8008", federation_address: "[::1]" }
`)
  assert.deepEqual(tenants[0], {
    serverName: 'a.se',
    clientUrl: 'https://matrix.a.se/m',
    federationAddress: 'matrix.a.se:443',
  })
  assert.equal(tenants[1]?.federationAddress, '[::1]')
  for (const url of ['matrix.a.se', 'ftp://a.se', 'https://a.se/?x', 'https://u@a.se', 'https://'])
    assert.deepEqual(await problems(`tenants: [{ server_name: a.se, client_url: "${url}" }]`), [
      'samband.yaml:1:44: "tenants[0].client_url": expected an address such as https://a.example',
    ])
  for (const address of ['https://a.se', 'a.se:99999', 'a.se:', 'a.se/x', '::1', 'u@a.se'])
    assert.deepEqual(await problems(`tenants: [{ server_name: a.se, federation_address: "${address}" }]`), [
      'samband.yaml:1:52: "tenants[0].federation_address": expected a host and port such as a.example:443',
    ])
})

test('durations become milliseconds, sizes bytes, relative paths start at the file', async () => {
  const config = await load(`
federation: { connect_timeout: 1.5s, ca_file: ca.pem }
media: { largest_upload: 2MiB, remote_cache: { keep: 7d } }
listeners:
  - tls: { certificates: [{ certificate: c.pem, key: /k.pem }] }
`)
  assert.equal(config.federation.connectTimeout, 1500)
  assert.equal(config.federation.caFile, join(folder, 'ca.pem'))
  assert.equal(config.media.largestUpload, 2 * 1024 * 1024)
  assert.equal(config.media.remoteCache.keep, 7 * 86_400_000)
  const pair = config.listeners[0]?.tls?.certificates[0]
  assert.deepEqual(pair, { certificate: join(folder, 'c.pem'), key: '/k.pem' })
})

test('an unknown name is refused with its place and the nearest valid name', async () => {
  assert.deepEqual(await problems('data: x\nregistation:\n  mode: open\n'), [
    'samband.yaml:2:1: unknown setting "registation". Did you mean "registration"?',
  ])
  assert.deepEqual(await problems('listeners:\n  - host: 127.0.0.1\n    prot: 8008\n'), [
    'samband.yaml:3:5: unknown setting "listeners[0].prot". Did you mean "port"?',
  ])
  const [far] = await problems('log: { xyzzyplugh: 1 }')
  assert.equal(far, 'samband.yaml:1:8: unknown setting "log.xyzzyplugh". Known here: level.')
})

test('a wrong value is refused with its place and what was expected', async () => {
  assert.deepEqual(await problems('listeners:\n  - port: 80080\n'), [
    'samband.yaml:2:11: "listeners[0].port": expected a whole number from 0 to 65535, not 80080',
  ])
  assert.deepEqual(await problems('registration:\n  mode: opened\n'), [
    'samband.yaml:2:9: "registration.mode": expected one of closed, token, open, not "opened"',
  ])
  assert.deepEqual(await problems('media: [1]'), [
    'samband.yaml:1:8: "media": expected a group of settings, not a list',
  ])
  assert.deepEqual(await problems('federation: { connect_timeout: 30 }'), [
    'samband.yaml:1:32: "federation.connect_timeout": expected a duration such as 30s, 5m, 12h or 7d, not 30',
  ])
  assert.deepEqual(await problems('tenants: [{}]'), [
    'samband.yaml:1:11: "tenants[0].server_name": is missing; expected a server name',
  ])
})

test('every problem is told, not only the first', async () => {
  const found = await problems('datta: x\nlog: { level: loud }\npresence: { enabled: maybe }\n')
  assert.equal(found.length, 3)
})

test('YAML that is none, doubled names and a list instead of settings are refused with their place', async () => {
  assert.match((await problems('data: [1, 2'))[0] ?? '', /^samband\.yaml:1:12: /)
  assert.match((await problems('data: a\ndata: b\n'))[0] ?? '', /^samband\.yaml:2:1: .*unique/)
  assert.match((await problems('- data'))[0] ?? '', /^samband\.yaml:1:1: expected settings/)
})

test('two listeners of one name, a proxy that is no address: refused', async () => {
  assert.match((await problems('listeners: [{}, {}]'))[0] ?? '', /another listener named "main"/)
  for (const bad of ['example.org', '10.0.0.0/33', '10.0.0', '::1/129', '1.2.3.4/8/9', '']) {
    const [problem] = await problems(`listeners: [{ trusted_proxies: ["${bad}"] }]`)
    assert.match(problem ?? '', /listeners\[0\]\.trusted_proxies\[0\].*10\.0\.0\.0\/8/)
  }
  const { listeners } = await load('listeners: [{ trusted_proxies: ["10.0.0.0/8", "::1", "fe80::/10"] }]')
  assert.equal(listeners[0]?.trustedProxies.length, 3)
})

test('a list in the environment may have more than ten items', async () => {
  const environment: Record<string, string> = {}
  for (let index = 0; index < 12; index++) environment[`SAMBAND_TENANTS__${index}__SERVER_NAME`] = `t${index}.example`
  const { tenants } = await load('', environment)
  assert.deepEqual(
    tenants.map(({ serverName }) => serverName),
    Object.values(environment),
  )
})

test('the environment stands above the file, goes into lists by number, and keeps text as it stands', async () => {
  const config = await load('log: { level: warn }\nlisteners: [{ port: 1 }]\n', {
    SAMBAND_LOG__LEVEL: 'debug',
    SAMBAND_LISTENERS__0__PORT: '8448',
    SAMBAND_LISTENERS__1__NAME: 'second',
    SAMBAND_LISTENERS__1__SERVES: '[federation]',
    SAMBAND_REGISTRATION__SHARED_SECRET: '12345',
    SAMBAND_PRESENCE__ENABLED: 'false',
    OTHER: 'x',
  })
  assert.equal(config.log.level, 'debug')
  assert.deepEqual(
    config.listeners.map(({ name, port, serves }) => [name, port, ...serves]),
    [
      ['main', 8448, 'client', 'federation'],
      ['second', 8008, 'federation'],
    ],
  )
  assert.equal(config.registration.sharedSecret, '12345')
  assert.equal(config.presence.enabled, false)
})

test('what is wrong in the environment is told with the variable', async () => {
  assert.deepEqual(await problems('', { SAMBAND_LOG__LEVLE: 'debug' }), [
    'environment variable SAMBAND_LOG__LEVLE: unknown setting "log.levle". Did you mean "level"?',
  ])
  assert.deepEqual(await problems('', { SAMBAND_LGO__LEVEL: 'debug' }), [
    'environment variable SAMBAND_LGO__LEVEL: unknown setting "lgo". Did you mean "log"?',
  ])
  assert.match(
    (await problems('', { SAMBAND_LISTENERS__0__PORT: 'x' }))[0] ?? '',
    /^environment variable SAMBAND_LISTENERS__0__PORT: "listeners\[0\]\.port": expected a whole number/,
  )
  assert.match(
    (await problems('', { SAMBAND_LISTENERS__3__PORT: '1' }))[0] ?? '',
    /SAMBAND_LISTENERS__3__PORT.*missing/,
  )
  assert.match((await problems('data: x', { SAMBAND_DATA__X: '1' }))[0] ?? '', /SAMBAND_DATA__X.*no group/)
})

test('names from the environment cannot reach into the objects of the program', async () => {
  assert.match((await problems('', { SAMBAND___PROTO____POLLUTED: '1' }))[0] ?? '', /SAMBAND___PROTO__/)
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})

test('a secret comes from its file, without the line feed; both or an unreadable file are refused', async () => {
  writeFileSync(join(folder, 'secret'), 'hemligt\n')
  assert.equal((await load('registration: { shared_secret_file: secret }')).registration.sharedSecret, 'hemligt')
  const fromEnvironment = await load('', { SAMBAND_DATABASE__URL_FILE: join(folder, 'secret') })
  assert.equal(fromEnvironment.database.url, 'hemligt')
  const both = await problems('registration:\n  shared_secret: x\n  shared_secret_file: secret\n')
  assert.deepEqual(both, [
    'samband.yaml:3:23: "registration.shared_secret_file": "shared_secret" is given as well; keep one of the two',
  ])
  assert.match((await problems('database: { url_file: nowhere }'))[0] ?? '', /nowhere cannot be read/)
})

test('a file that is not there is refused by its name, and SAMBAND_CONFIG names one', async () => {
  const missing = loadConfig({ file: 'no.yaml', environment: {}, workingFolder: folder })
  await assert.rejects(
    missing,
    (error) => error instanceof ConfigError && /no\.yaml: .*cannot be read/.test(error.message),
  )
  writeFileSync(join(folder, 'other.yaml'), 'data: /elsewhere')
  const config = await loadConfig({ environment: { SAMBAND_CONFIG: 'other.yaml' }, workingFolder: folder })
  assert.equal(config.data, '/elsewhere')
})

test('whatever is written, the answer is a configuration or a ConfigError', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (yaml) => {
      await load(yaml).catch((error) => assert.ok(error instanceof ConfigError, String(error)))
    }),
    { numRuns: 200 },
  )
})

test('a mail server needs an address that mails come from', async () => {
  assert.deepEqual(await problems('mail:\n  host: mail.kommun.example\n'), [
    'samband.yaml:2:3: "mail.from": expected the address that mails come from, as "host" is given',
  ])
  assert.match((await problems('mail: { from: Kommunen }'))[0] ?? '', /"mail\.from": expected an e-mail address/)
  const { mail } = await load('mail: { host: m.example, from: chatt@kommun.example, ca_file: ca.pem }')
  assert.deepEqual(
    [mail.port, mail.security, mail.timeout, mail.caFile],
    [587, 'starttls', 30_000, join(folder, 'ca.pem')],
  )
})

test('edit distance counts slips, and a guess is given only when it is near', () => {
  assert.equal(editDistance('registation', 'registration'), 1)
  assert.equal(editDistance('prot', 'port'), 1)
  assert.equal(editDistance('', 'abc'), 3)
  assert.equal(nearestName('upload', ['folder', 'largest_upload']), 'largest_upload')
  assert.equal(nearestName('zzzzzz', ['folder', 'port']), undefined)
})

test('the manual page is current: run `npm run docs:config` after a change of the schema', () => {
  const written = readFileSync(new URL('../../../docs/manual/configuration.md', import.meta.url), 'utf8')
  assert.equal(written, manualPage())
})

test('every setting has a description in the manual page', () => {
  for (const line of manualPage().split('\n')) {
    if (line.startsWith('| `')) assert.doesNotMatch(line, /\|\s*\|$|another value/, line)
  }
})
