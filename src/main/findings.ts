// What the doctor says of a configuration: one finding for each thing that an operator can get wrong.

import type { Finding } from '#cli/cli.ts'
import type { Config } from '#platform/config/config.ts'
import { announcedAddresses, isAtDefaultPort } from './announced-addresses.ts'

type ListenerConfig = Config['listeners'][number]

export function listenerFinding({ name, host, tls }: ListenerConfig): Finding {
  const isLoopback = host === '127.0.0.1' || host === '::1' || host === 'localhost'
  const subject = `listener ${name}`
  if (tls) return good(subject, 'It speaks TLS.')
  if (isLoopback) return good(subject, 'It listens on loopback only.')
  return {
    subject,
    state: 'warning',
    sentence: `It speaks plain HTTP on ${host}. Give it a certificate (listeners[].tls), or let only a reverse proxy reach it.`,
  }
}

/** What clients and other servers are told of a tenant. */
export function addressFindings(config: Config, serverName: string): Finding[] {
  const { baseUrl, federationAddress } = announcedAddresses(config, serverName)
  return [clientFinding(serverName, baseUrl), federationFinding(config, serverName, federationAddress)]
}

function clientFinding(serverName: string, baseUrl: string | undefined): Finding {
  const subject = `${serverName} for clients`
  if (baseUrl !== undefined) return good(subject, `They are told to use ${baseUrl}.`)
  return {
    subject,
    state: 'warning',
    sentence: 'They are not told where it is, so people must type its address. Set tenants[].client_url.',
  }
}

function federationFinding(config: Config, serverName: string, address: string | undefined): Finding {
  const subject = `${serverName} for other servers`
  if (!config.federation.enabled) return good(subject, 'It talks to none (federation.enabled).')
  if (address !== undefined) return good(subject, `They are told to use ${address}.`)
  if (/:\d+$/.test(serverName)) return good(subject, 'They use the port in its name.')
  if (config.listeners.some(isAtDefaultPort)) return good(subject, 'They find it at port 8448 of its name.')
  return {
    subject,
    state: 'warning',
    sentence:
      'They look at port 8448 of its name, where no listener with TLS is. Add one, have a reverse proxy there, or set tenants[].federation_address.',
  }
}

const good = (subject: string, sentence: string): Finding => ({ subject, state: 'good', sentence })
