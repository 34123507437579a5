import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createAuthority, issueCertificate } from '#platform/certificates/certificates.ts'
import { type Config, loadConfig } from '#platform/config/config.ts'
import { seededRandom } from '#platform/random/random.ts'
import { announcedAddresses } from './announced-addresses.ts'
import { addressFindings, listenerFinding, mailFindings } from './findings.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'samband-addresses-'))
after(() => rmSync(folder, { recursive: true }))

function load(yaml: string): Promise<Config> {
  const file = path.join(folder, 'samband.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ file, environment: {}, workingFolder: folder })
}

const statesOf = (config: Config, name: string) => addressFindings(config, name).map(({ state }) => state)
const tls = 'tls: { certificates: [{ certificate: c.pem, key: k.pem }] }'

test('what the configuration says of a tenant is told, however its name is written and without a slash at the end', async () => {
  const config = await load(`
tenants: [{ server_name: Kommun.example, client_url: "https://m.example/", federation_address: "m.example:443" }]
`)
  const told = { baseUrl: 'https://m.example', federationAddress: 'm.example:443' }
  assert.deepEqual(announcedAddresses(config, 'kommun.example'), told)
  assert.deepEqual(statesOf(config, 'kommun.example'), ['good', 'good'])
})

test('mails: nothing to say without them, unless registration needs them; links need a place, and passwords no readers', async () => {
  const states = async (yaml: string) => mailFindings(await load(yaml)).map(({ state }) => state)
  const mail = 'mail: { host: m.example, from: chatt@a.example }'
  const tenant = 'tenants: [{ server_name: a.example, client_url: "https://m.example" }]'
  assert.deepEqual(await states(''), [])
  assert.deepEqual(await states('registration: { require_email: true }'), [])
  assert.deepEqual(await states('registration: { require_email: true, mode: open }'), ['bad'])
  assert.deepEqual(await states(`${mail}\n${tenant}`), ['good'])
  assert.deepEqual(await states(`${mail}\ntenants: [{ server_name: a.example }]`), ['warning'])
  assert.deepEqual(await states(`${mail}\ntenants: [{ server_name: a.localhost }]`), ['good'])
  const clear = (host: string) => `mail: { host: ${host}, from: a@a.example, security: none }\n${tenant}`
  assert.deepEqual([await states(clear('m.example')), await states(clear('localhost'))], [['warning'], ['good']])
})

test('nothing is guessed of a name in the DNS: a proxy may stand in front. The doctor says so', async () => {
  const config = await load('')
  assert.deepEqual(announcedAddresses(config, 'a.example'), { baseUrl: undefined, federationAddress: undefined })
  assert.deepEqual(statesOf(config, 'a.example'), ['warning', 'warning'])
  assert.deepEqual(statesOf(config, 'a.example:8449'), ['warning', 'good'])
  assert.deepEqual(statesOf(await load('federation: { enabled: false }'), 'a.example'), ['warning', 'good'])
})

test('other servers need not be told of a listener with TLS at port 8448', async () => {
  const config = await load(`listeners: [{ port: 8448, ${tls} }]`)
  assert.equal(announcedAddresses(config, 'a.localhost').federationAddress, undefined)
  assert.deepEqual(statesOf(config, 'a.example'), ['warning', 'good'])
})

test('names under .localhost: the first listener for clients, and the first for other servers that speaks TLS', async () => {
  assert.deepEqual(announcedAddresses(await load(''), 'a.localhost'), {
    baseUrl: 'http://a.localhost:8008',
    federationAddress: undefined,
  })
  const config = await load(`
listeners:
  - { name: people, port: 8443, serves: [client], ${tls} }
  - { name: servers, port: 8449, serves: [federation], ${tls} }
`)
  assert.deepEqual(announcedAddresses(config, 'a.localhost'), {
    baseUrl: 'https://a.localhost:8443',
    federationAddress: 'a.localhost:8449',
  })
})

test('a listener whose certificate is missing, has ended or ends within two weeks is found by the doctor', async () => {
  const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 3, 1)]
  const random = seededRandom(1)
  const authority = createAuthority({ name: 'Suite', validity: { from, until }, random })
  const pair = issueCertificate({ names: ['a.example'], authority, validity: { from, until }, random })
  writeFileSync(path.join(folder, 'c.pem'), pair.certificate)
  writeFileSync(path.join(folder, 'k.pem'), pair.key)
  const [listener] = (await load(`listeners: [{ ${tls} }]`)).listeners
  const [missing] = (await load(`listeners: [{ ${tls.replace('k.pem', 'nowhere.pem')} }]`)).listeners
  assert.ok(listener && missing)
  const day = 86_400_000
  const stateAt = async (now: number) => (await listenerFinding(listener, now)).state
  assert.equal(await stateAt(until - 15 * day), 'good')
  assert.equal(await stateAt(until - 13 * day), 'warning')
  assert.equal(await stateAt(until), 'bad')
  const finding = await listenerFinding(missing, from)
  assert.equal(finding.state, 'bad')
  assert.match(finding.sentence, /nowhere\.pem cannot be read\. Check the path/)
})
