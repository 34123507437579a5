// Asking the domain name system, as an interface: discovery reads the answers, tests give their own.
// spec: server-server-api #resolving-server-names; RFC 2782 (SRV); RFC 6761 §6.3 (localhost)

import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'

/** What was found. An empty list is an answer: the name does not exist, has no such record, or the resolver refuses to say. */
export interface Found<Item> {
  readonly items: readonly Item[]
  /** How long the answer is good for. */
  readonly ttl: Milliseconds
}

export interface Service {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

export interface Dns {
  /** AAAA and A records, aliases followed. Never rejects: silence of the resolver is an empty list. */
  addressesOf(host: string): Promise<Found<string>>
  /** SRV records of `_service._tcp.host`. Never rejects. */
  servicesOf(name: string): Promise<Found<Service>>
  close(): void
}

export interface DnsOptions {
  readonly clock: Clock
  /** `address[:port]` of resolvers, instead of the system's. */
  readonly resolvers?: readonly string[]
  /** Names that the machine knows by itself. `/etc/hosts` unless told. */
  readonly hostsFile?: string
}

const SECOND = 1000
/** For names from the hosts file: who edits it sees the change at once, and a busy server reads it seldom. */
const HOSTS_TTL = SECOND
/** Nothing is forgotten sooner (a record with 0 s would double every request) or kept longer (an operator moves a server) than this. */
const MIN_TTL = 5 * SECOND
const MAX_TTL = 3600 * SECOND
const EMPTY_TTL = 300 * SECOND
/** A longer hosts file is a block list, not a list of servers. */
const MAX_HOSTS_LENGTH = 1 << 20

/**
 * The machine's DNS without its thread pool: `getaddrinfo` blocks one of four threads that passwords and files need as well, so a name
 * server that never answers could stop them all.
 */
export function systemDns({ clock, resolvers, hostsFile = '/etc/hosts' }: DnsOptions): Dns {
  // Two tries of two seconds: with the three look-ups of a name that has no records still under the timeout of a request.
  const resolver = new Resolver({ timeout: 2 * SECOND, tries: 2 })
  if (resolvers) resolver.setServers([...resolvers])
  const hosts = hostsReader(hostsFile, clock)
  return {
    async addressesOf(host) {
      if (isIP(host) !== 0) return { items: [host], ttl: MAX_TTL }
      if (isLocalhost(host)) return { items: ['127.0.0.1', '::1'], ttl: MAX_TTL }
      const known = (await hosts()).get(host.toLowerCase())
      return known ? { items: known, ttl: HOSTS_TTL } : await lookUp(resolver, host)
    },
    async servicesOf(name) {
      if (isLocalhost(name)) return { items: [], ttl: MAX_TTL }
      const items = await resolver.resolveSrv(name).catch(() => [])
      // The driver hides the time to live of SRV records: five minutes is what zones commonly say.
      return { items, ttl: EMPTY_TTL }
    },
    close: () => resolver.cancel(),
  }
}

/** Names under `.localhost` mean this machine; the question must not leave it. */
const isLocalhost = (host: string) => /(^|\.)localhost\.?$/i.test(host)

interface AddressRecord {
  readonly address: string
  readonly ttl: number
}

async function lookUp(resolver: Resolver, host: string): Promise<Found<string>> {
  const none = (): AddressRecord[] => []
  const [six, four] = await Promise.all([
    resolver.resolve6(host, { ttl: true }).catch(none),
    resolver.resolve4(host, { ttl: true }).catch(none),
  ])
  const records = [...six, ...four]
  const shortest = Math.min(...records.map((record) => record.ttl * SECOND), MAX_TTL)
  const ttl = records.length === 0 ? EMPTY_TTL : Math.max(MIN_TTL, shortest)
  return { items: records.map((record) => record.address), ttl }
}

/** Reads the hosts file at most every `HOSTS_TTL`. */
function hostsReader(path: string, clock: Clock): () => Promise<ReadonlyMap<string, readonly string[]>> {
  let readAt = Number.NEGATIVE_INFINITY
  let current: Promise<ReadonlyMap<string, readonly string[]>> = Promise.resolve(new Map())
  return () => {
    if (clock.now() - readAt >= HOSTS_TTL) {
      readAt = clock.now()
      current = readFile(path, 'utf8').then(parseHosts, () => new Map())
    }
    return current
  }
}

/** `address name name… # comment`, one per line (hosts(5)). */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>()
  if (text.length > MAX_HOSTS_LENGTH) return hosts
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/)
    if (isIP(address) === 0) continue
    for (const name of names) {
      const key = name.toLowerCase()
      hosts.set(key, [...(hosts.get(key) ?? []), address])
    }
  }
  return hosts
}
