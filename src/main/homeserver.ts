// One homeserver: the modules of one tenant, wired by hand.
// spec: docs/architecture.md §6

import { Accounts } from '#accounts/accounts.ts'
import type { Modules, MountedTenant, SignedRequest } from '#endpoints/endpoints.ts'
import { createFederationTransport, type FederationTransport } from '#federation/transport/transport.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { Rooms } from '#rooms/rooms.ts'
import type { Tenant } from '#tenancy/tenancy.ts'
import type { SharedParts } from './shared-parts.ts'

export interface Homeserver extends MountedTenant<Modules> {
  stop(): Promise<void>
}

/** Opens a tenant's modules. */
export async function openHomeserver(
  tenant: Tenant,
  shared: SharedParts,
  baseUrl: string | undefined,
): Promise<Homeserver> {
  const { serverName, database, stream } = tenant
  const { clock, random, crypto } = shared
  const log = shared.log.with({ server_name: serverName })
  const federation = openTransport(tenant, shared)
  const accounts = new Accounts({
    serverName,
    database,
    stream,
    clock,
    random,
    log,
    options: accountsOptions(shared, baseUrl),
  })
  const rooms = await Rooms.open({
    serverName,
    database,
    stream,
    clock,
    random,
    crypto,
    signingKey: () => tenant.signingKey,
    transport: federation,
  })
  return {
    serverName,
    modules: { baseUrl, accounts, federation, rooms },
    authenticateToken: async (token, { allowLocked, request }) => {
      const session = await accounts.authenticate(token, { allowLocked })
      accounts.noteSeen(session, { ip: request.remoteAddress, userAgent: request.headers['user-agent'] ?? '' })
      return session
    },
    authenticateSigned: (request) => authenticateSigned(federation, request),
    stop: async () => {
      await accounts.stop()
      await stream.idle()
      await federation.close()
    },
  }
}

function openTransport(tenant: Tenant, shared: SharedParts): FederationTransport {
  const { clock, random, crypto, config, network, fetch } = shared
  return createFederationTransport({
    serverName: tenant.serverName,
    signingKeys: {
      current: [tenant.signingKey],
      old: tenant.oldKeys.map(({ keyId, publicKey, expiredAt }) => ({
        keyId: keyId as KeyId,
        publicKey,
        expiredTs: expiredAt,
      })),
    },
    database: tenant.database,
    clock,
    random,
    log: shared.log.with({ server_name: tenant.serverName }),
    crypto,
    network,
    fetch,
    options: {
      timeout: config.federation.requestTimeout,
      backoff: { first: 1_000, max: config.federation.longestRetry },
      keys: { notaries: config.federation.notaries as ServerName[] },
    },
  })
}

function accountsOptions({ config }: SharedParts, baseUrl: string | undefined) {
  const { registration, passwords, rateLimits } = config
  return {
    registration: registration.mode,
    guests: registration.guests,
    sharedSecret: registration.sharedSecret,
    passwords: { minimumLength: passwords.minimumLength, memoryKiB: passwords.memoryKib, passes: passwords.passes },
    passwordAttempts: rateLimits.enabled ? rateLimits.login : undefined,
    accessTokenLifetime: ACCESS_TOKEN_LIFETIME,
    baseUrl,
    mayLoginByPassword: true,
    mayChangePassword: true,
    mayGetLoginToken: true,
    defaultRoomVersion: config.rooms.defaultVersion,
  }
}

/** Milliseconds: one hour, for clients that refresh. */
const ACCESS_TOKEN_LIFETIME = 3_600_000

function authenticateSigned(federation: FederationTransport, request: SignedRequest): Promise<ServerName> {
  const { method, uri, content, authorization } = request
  return federation.authenticateRequest({
    method,
    target: uri,
    authorization: authorization === undefined ? [] : [authorization],
    body: content,
  })
}
