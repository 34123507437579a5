// A zone for tests: what a resolver would say, written down. spec: server-server-api #resolving-server-names

import type { Dns, Found, Service } from './dns.ts'

export interface Zone {
  readonly addresses?: Readonly<Record<string, readonly string[]>>
  readonly services?: Readonly<Record<string, readonly Service[]>>
  readonly ttl?: number
}

/** Answers from the zone, and counts what is asked. A zone may be changed between questions. */
export class ZoneDns implements Dns {
  zone: Zone
  readonly asked: string[] = []
  /** Every answer waits for it: a resolver that is silent for a while. */
  before: Promise<void> = Promise.resolve()

  constructor(zone: Zone) {
    this.zone = zone
  }

  async addressesOf(host: string): Promise<Found<string>> {
    this.asked.push(`A ${host}`)
    await this.before
    return { items: this.zone.addresses?.[host] ?? [], ttl: this.zone.ttl ?? 60_000 }
  }

  async servicesOf(name: string): Promise<Found<Service>> {
    this.asked.push(`SRV ${name}`)
    await this.before
    return { items: this.zone.services?.[name] ?? [], ttl: this.zone.ttl ?? 60_000 }
  }

  close(): void {}
}
