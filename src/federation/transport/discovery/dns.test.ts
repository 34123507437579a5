import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import { parseHosts, systemDns } from './dns.ts'

const NXDOMAIN = 3
const REFUSED = 5
const [A, AAAA, SRV] = [1, 28, 33]

interface Answer {
  readonly code?: number
  readonly data?: Buffer
  readonly ttl?: number
}

/** A name server of a few lines: one record, or a response code, for each question. */
async function nameServer(t: TestContext, answer: (name: string, type: number) => Answer) {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const { name, end } = questionOf(message)
    const type = message.readUInt16BE(end)
    asked.push(`${name} ${type}`)
    const { code = 0, data, ttl = 300 } = answer(name, type)
    const head = Buffer.from(message.subarray(0, end + 4))
    head.writeUInt16BE(0x8180 | code, 2)
    head.writeUInt16BE(data ? 1 : 0, 6)
    head.writeUInt32BE(0, 8) // no authority and additional records
    const fixed = Buffer.alloc(12)
    fixed.writeUInt16BE(0xc00c, 0)
    fixed.writeUInt16BE(type, 2)
    fixed.writeUInt16BE(1, 4)
    fixed.writeUInt32BE(ttl, 6)
    fixed.writeUInt16BE(data?.length ?? 0, 10)
    socket.send(data ? Buffer.concat([head, fixed, data]) : head, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  t.after(() => socket.close())
  return { asked, resolvers: [`127.0.0.1:${socket.address().port}`] }
}

function questionOf(message: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 1 }
}

const noHosts = '/nonexistent/hosts'

test('addresses of both families are found, with the shorter time to live', async (t) => {
  const { resolvers } = await nameServer(t, (_name, type) =>
    type === A
      ? { data: Buffer.from([9, 8, 7, 6]), ttl: 60 }
      : { data: Buffer.from(`${'0'.repeat(30)}07`, 'hex'), ttl: 30 },
  )
  const dns = systemDns({ clock: new FakeClock(), resolvers, hostsFile: noHosts })
  assert.deepEqual(await dns.addressesOf('a.se'), { items: ['::7', '9.8.7.6'], ttl: 30_000 })
})

test('a name that does not exist and a resolver that refuses are "no record", for addresses and services', async (t) => {
  const { resolvers, asked } = await nameServer(t, (name) => ({ code: name.endsWith('gone.se') ? NXDOMAIN : REFUSED }))
  const dns = systemDns({ clock: new FakeClock(), resolvers, hostsFile: noHosts })
  for (const name of ['gone.se', 'refused.se']) {
    assert.deepEqual((await dns.addressesOf(name)).items, [])
    assert.deepEqual((await dns.servicesOf(`_matrix-fed._tcp.${name}`)).items, [])
  }
  assert.ok(asked.includes(`gone.se ${AAAA}`) && asked.includes(`_matrix-fed._tcp.refused.se ${SRV}`))
})

test('service records are read', async (t) => {
  const target = Buffer.from('\x03hs1\x02se\x00', 'latin1')
  const { resolvers } = await nameServer(t, () => ({
    data: Buffer.concat([Buffer.from([0, 10, 0, 5, 0x21, 0x00]), target]),
  }))
  const dns = systemDns({ clock: new FakeClock(), resolvers, hostsFile: noHosts })
  const [record] = (await dns.servicesOf('_matrix-fed._tcp.a.se')).items
  assert.deepEqual({ ...record }, { ...record, name: 'hs1.se', port: 8448, priority: 10, weight: 5 })
})

test('names under .localhost mean this machine, and the question does not leave it', async (t) => {
  const { resolvers, asked } = await nameServer(t, () => ({ code: REFUSED }))
  const dns = systemDns({ clock: new FakeClock(), resolvers, hostsFile: noHosts })
  for (const name of ['localhost', 'kommun.localhost', 'a.b.LOCALHOST']) {
    assert.deepEqual((await dns.addressesOf(name)).items, ['127.0.0.1', '::1'])
  }
  assert.deepEqual((await dns.servicesOf('_matrix-fed._tcp.kommun.localhost')).items, [])
  assert.deepEqual(asked, [])
})

test('the hosts file comes before the resolver, and a change of it is seen after a second', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'samband-hosts-'))
  t.after(() => rm(folder, { recursive: true }))
  const hostsFile = join(folder, 'hosts')
  await writeFile(hostsFile, '10.0.0.1 hs1\n')
  const { resolvers } = await nameServer(t, () => ({ code: NXDOMAIN }))
  const clock = new FakeClock()
  const dns = systemDns({ clock, resolvers, hostsFile })
  assert.deepEqual((await dns.addressesOf('HS1')).items, ['10.0.0.1'])
  await writeFile(hostsFile, '10.0.0.2 hs1\n')
  assert.deepEqual((await dns.addressesOf('hs1')).items, ['10.0.0.1'])
  clock.advanceNow(1000)
  assert.deepEqual((await dns.addressesOf('hs1')).items, ['10.0.0.2'])
  assert.deepEqual((await dns.addressesOf('hs2')).items, [])
})

test('a hosts file is read as it is written: comments, several names, several addresses, nonsense', () => {
  const hosts = parseHosts('# start\n127.0.0.1\tlocalhost\n10.0.0.1 a b # c\n::5 a\nnonsense d\n\n10.0.0.9\n')
  assert.deepEqual(
    [...hosts],
    [
      ['localhost', ['127.0.0.1']],
      ['a', ['10.0.0.1', '::5']],
      ['b', ['10.0.0.1']],
    ],
  )
})
