// Where clients and other servers are told to find a tenant.
// spec: client-server-api #well-known-uris; server-server-api #resolving-server-names

import type { Config } from '#platform/config/config.ts'

export interface AnnouncedAddresses {
  /** For clients, without a slash at its end; undefined: not told. */
  readonly baseUrl: string | undefined
  /** For other servers, `host` or `host:port`; undefined: not told, so that they look at port 8448 of the name. */
  readonly federationAddress: string | undefined
}

type ListenerConfig = Config['listeners'][number]

const defaultFederationPort = 8448

/** As the configuration says. Names under `.localhost` need no DNS and no proxy, so that for them the listeners tell it. */
export function announcedAddresses(config: Config, serverName: string): AnnouncedAddresses {
  const name = serverName.toLowerCase()
  const told = config.tenants.find((tenant) => tenant.serverName.toLowerCase() === name)
  const found = name.endsWith('.localhost') ? fromListeners(config.listeners, name) : undefined
  return {
    baseUrl: told?.clientUrl?.replace(/\/+$/, '') ?? found?.baseUrl,
    federationAddress: told?.federationAddress ?? found?.federationAddress,
  }
}

/** Other servers speak TLS and nothing else. */
export const isForFederation = ({ serves, tls }: ListenerConfig): boolean =>
  tls !== undefined && serves.includes('federation')

/** Whether other servers find a listener without being told. */
export const isAtDefaultPort = (listener: ListenerConfig): boolean =>
  isForFederation(listener) && listener.port === defaultFederationPort

function fromListeners(listeners: readonly ListenerConfig[], name: string): AnnouncedAddresses {
  const client = listeners.find(({ serves }) => serves.includes('client'))
  const federation = listeners.some(isAtDefaultPort) ? undefined : listeners.find(isForFederation)
  return {
    baseUrl: client && `${client.tls ? 'https' : 'http'}://${name}:${client.port}`,
    federationAddress: federation && `${name}:${federation.port}`,
  }
}
