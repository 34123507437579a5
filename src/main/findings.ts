// What the doctor says of a configuration: one finding for each thing that an operator can get wrong.

import type { Finding } from '#cli/cli.ts'
import type { Config } from '#platform/config/config.ts'
import { type CertificateFiles, loadCertificate } from '#platform/http/http.ts'
import { announcedAddresses, isAtDefaultPort } from './announced-addresses.ts'

type ListenerConfig = Config['listeners'][number]

const DAY = 86_400_000
/** Renewal is usually done by itself a month before the end: half of that is late. */
const SOON = 14 * DAY

/** @param now milliseconds since 1970 */
export async function listenerFinding({ name, host, tls }: ListenerConfig, now: number): Promise<Finding> {
  const isLoopback = host === '127.0.0.1' || host === '::1' || host === 'localhost'
  const subject = `listener ${name}`
  if (tls) return tlsFinding(subject, tls.certificates, now)
  if (isLoopback) return good(subject, 'It listens on loopback only.')
  return {
    subject,
    state: 'warning',
    sentence: `It speaks plain HTTP on ${host}. Give it a certificate (listeners[].tls), or let only a reverse proxy reach it.`,
  }
}

/** The certificate that is worst off speaks for all. */
async function tlsFinding(subject: string, files: readonly CertificateFiles[], now: number): Promise<Finding> {
  let ending: Finding | undefined
  for (const pair of files) {
    try {
      const { until } = await loadCertificate(pair)
      const day = new Date(until).toISOString().slice(0, 10)
      if (until <= now)
        return { subject, state: 'bad', sentence: `${pair.certificate} ended on ${day}. Put a new one in its place.` }
      if (until < now + SOON)
        ending = { subject, state: 'warning', sentence: `${pair.certificate} ends on ${day}. Renew it before that.` }
    } catch (error) {
      return { subject, state: 'bad', sentence: error instanceof Error ? error.message : String(error) }
    }
  }
  return ending ?? good(subject, 'It speaks TLS, with certificates that can be used.')
}

/** Mails, where they are configured or needed: whether their links have somewhere to lead, and who can read them on the way. */
export function mailFindings({ mail, registration, tenants }: Config): Finding[] {
  const subject = 'mails'
  if (mail.host === undefined) {
    if (!registration.requireEmail || registration.mode === 'closed') return []
    return [{ subject, state: 'bad', sentence: 'Nobody can register: registration.require_email needs mail.host.' }]
  }
  if (mail.security === 'none' && !['127.0.0.1', '::1', 'localhost'].includes(mail.host)) {
    const sentence = `They go to ${mail.host} in the clear, links for new passwords too. Set mail.security to starttls.`
    return [{ subject, state: 'warning', sentence }]
  }
  const mute = tenants.filter(({ clientUrl, serverName }) => clientUrl === undefined && !isLocalName(serverName))
  if (mute.length === 0) return [good(subject, `They go to ${mail.host}.`)]
  const names = mute.map(({ serverName }) => serverName).join(', ')
  return [{ subject, state: 'warning', sentence: `None are sent for ${names}: set client_url, where links lead.` }]
}

const isLocalName = (serverName: string) => serverName.toLowerCase().endsWith('.localhost')

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
