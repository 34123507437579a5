// The process: all tenants behind their listeners. Starts, serves, drains, stops.
// spec: docs/architecture.md §1, §6

import { allHandlers, edgeAnswers, type Modules, mount } from '#endpoints/endpoints.ts'
import type { Config } from '#platform/config/config.ts'
import {
  createDispatch,
  type HttpLimits,
  type HttpListener,
  type HttpServer,
  observationRoutes,
  type Route,
  startHttp,
} from '#platform/http/http.ts'
import { RateLimiter } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import { announcedAddresses } from './announced-addresses.ts'
import { type Homeserver, openHomeserver } from './homeserver.ts'
import { openSharedParts, type SharedParts } from './shared-parts.ts'

export interface HomeserverProcess {
  readonly addresses: HttpServer['addresses']
  readonly shared: SharedParts
  readonly homeservers: ReadonlyMap<string, Homeserver>
  /** Opens a tenant that was made after the start. */
  open(serverName: string): Promise<Homeserver>
  /** Ends long polls, waits for requests under way, stops everything. Repeatable. */
  stop(): Promise<void>
}

/** Starts a process by its configuration. @throws StartError, ConfigError: sentences that say what to do. */
export async function startHomeserverProcess(config: Config, log: Log): Promise<HomeserverProcess> {
  const shared = await openSharedParts(config, log)
  try {
    return await serve(shared)
  } catch (error) {
    await shared.close()
    throw error
  }
}

async function serve(shared: SharedParts): Promise<HomeserverProcess> {
  const { config, clock, log, metrics, tenants, loopback } = shared
  const homeservers = new Map<string, Homeserver>()
  const edge = edgeAnswers(log)
  const routes = mount<Modules>({
    handlers: allHandlers,
    tenantAt: (host) => homeservers.get(host) ?? onlyTenant(homeservers),
    limiter: new RateLimiter({ clock, rates: config.rateLimits.enabled ? ratesOf(config) : {} }),
    acceptTokenInQuery: true,
  })
  const drain = new AbortController()
  const dispatch = createDispatch({ routes, ...edge, draining: drain.signal })
  const leave: (() => void)[] = []
  const open = async (serverName: string): Promise<Homeserver> => {
    const homeserver = await openHomeserver(
      await tenants.open(serverName),
      shared,
      announcedAddresses(config, serverName),
    )
    homeservers.set(serverName.toLowerCase(), homeserver)
    leave.push(loopback.register(homeserver.serverName, dispatch))
    return homeserver
  }
  const stopTenants = async (): Promise<void> => {
    for (const away of leave) away()
    await Promise.all([...homeservers.values()].map((homeserver) => homeserver.stop()))
  }
  const start = async (): Promise<HttpServer> => {
    for (const entry of await tenants.list()) if (entry.removedAt === undefined) await open(entry.serverName)
    return startHttp({
      listeners: [...config.listeners.map((listener) => listenerOf(listener, routes)), ...observationListener(shared)],
      clock,
      log,
      metrics,
      limits: limitsOf(config),
      ...edge,
    })
  }
  const http = await start().catch(async (error: unknown) => {
    await stopTenants()
    throw error
  })
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    drain.abort(new Error('The server is stopping.'))
    await http.stop(config.connections.stopWithin)
    await stopTenants()
    await shared.close()
  }
  return {
    addresses: http.addresses,
    shared,
    homeservers,
    open,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

/** A process with one tenant serves it under every name: by address, or behind a proxy that changes the host. */
function onlyTenant(homeservers: ReadonlyMap<string, Homeserver>): Homeserver | undefined {
  const [only, second] = homeservers.values()
  return second === undefined ? only : undefined
}

type ListenerConfig = Config['listeners'][number]

function listenerOf(listener: ListenerConfig, routes: readonly Route[]): HttpListener {
  const { name, host, port, trustedProxies, serves, tls } = listener
  return {
    name,
    host,
    port,
    trustedProxies,
    routes: routes.filter((route) => serves.some((api) => isOf(api, route.pattern))),
    ...(tls && { tls: { certificates: tls.certificates, requestClientCertificate: tls.askClientCertificate } }),
  }
}

/** Other servers' paths; `.well-known` is asked for by both. */
function isOf(api: 'client' | 'federation', pattern: string): boolean {
  const federation = pattern.startsWith('/_matrix/federation/') || pattern.startsWith('/_matrix/key/')
  return pattern.startsWith('/.well-known/') || (api === 'federation') === federation
}

function observationListener(shared: SharedParts): HttpListener[] {
  const { enabled, host, port } = shared.config.observation
  if (!enabled) return []
  const routes = observationRoutes({ metrics: shared.metrics, notReady: async () => ({}) })
  return [{ name: 'observation', host, port, routes, logRequests: false }]
}

/** What the operator may set of the bounds of connections; the others have no reason to differ between servers. */
function limitsOf({ connections }: Config): Partial<HttpLimits> {
  const { perAddress, total, headWithin, bodyStall, answerStall } = connections
  return { requestsPerAddress: perAddress, connections: total, headerTime: headWithin, bodyStall, answerStall }
}

function ratesOf({ rateLimits }: Config) {
  const { message, request, login, registration, join, media, federation } = rateLimits
  return { message, request, login, registration, join, media, federation }
}
