import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedAddress } from './allowed-address.ts'

const inside = [
  ...[
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
  ],
  ...['::1', '::', 'fe80::1', 'fd00::1', 'fc00::1', '2002:7f00:1::', '2001:db8::1', '100::1'],
]
const insideInDisguise = [
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::10.0.0.1',
  '::127.0.0.1',
  '::ffff:0:192.168.0.1',
]
const outside = [
  '93.184.216.34',
  '172.32.0.1',
  '2a00:1450:400f:80d::200e',
  '::ffff:93.184.216.34',
  '64:ff9b::5db8:d822',
]

test('by default no private, loopback, link-local or special address is connected to', () => {
  const isAllowed = allowedAddress({ allowPrivate: false })
  for (const address of inside) assert.equal(isAllowed(address), false, address)
  for (const address of outside) assert.equal(isAllowed(address), true, address)
})

test('an IPv4 address in an IPv6 disguise is judged as the address that it reaches', () => {
  const isAllowed = allowedAddress({ allowPrivate: false })
  for (const address of insideInDisguise) assert.equal(isAllowed(address), false, address)
})

test('private addresses can be allowed, as a whole or by range, and denied ranges are stronger', () => {
  const all = allowedAddress({ allowPrivate: true, deny: ['10.9.0.0/16'] })
  for (const address of [...inside, ...insideInDisguise]) assert.equal(all(address), true, address)
  assert.equal(all('10.9.1.1'), false)
  assert.equal(all('::ffff:10.9.1.1'), false)
  const some = allowedAddress({ allowPrivate: false, allow: ['10.1.0.0/16', 'fd00:1::/32'] })
  assert.deepEqual(['10.1.2.3', '10.2.0.1', 'fd00:1::5', 'fd00:2::5', '127.0.0.1'].map(some), [
    true,
    false,
    true,
    false,
    false,
  ])
})

test('multicast, broadcast, zoned addresses and text that is no address are never connected to', () => {
  const isAllowed = allowedAddress({ allowPrivate: true })
  for (const address of ['224.0.0.1', '255.255.255.255', 'ff02::1', 'fe80::1%eth0', 'example.org', '', '127.1']) {
    assert.equal(isAllowed(address), false, address)
  }
})

test('a range that is none is refused at the start', () => {
  for (const range of ['10.0.0.0/x', 'example.org', '10.0.0.0/33', '']) {
    assert.throws(() => allowedAddress({ allowPrivate: false, allow: [range] }), RangeError, range)
  }
})
