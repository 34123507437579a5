// One homeserver: the modules of one tenant, wired by hand.
// spec: docs/architecture.md §6

import { join } from 'node:path'
import { Accounts } from '#accounts/accounts.ts'
import { E2ee } from '#e2ee/e2ee.ts'
import type { Modules, MountedTenant, SignedRequest } from '#endpoints/endpoints.ts'
import { Ephemeral } from '#ephemeral/ephemeral.ts'
import { FederationInbound } from '#federation/inbound/inbound.ts'
import { FederationOutbound } from '#federation/outbound/outbound.ts'
import { createFederationTransport, type FederationTransport } from '#federation/transport/transport.ts'
import { Media, type MediaOptions, openMediaFiles } from '#media/media.ts'
import { Moderation } from '#moderation/moderation.ts'
import { follow } from '#platform/follow/follow.ts'
import { createJobs } from '#platform/jobs/jobs.ts'
import { type KeyId, parseUserId, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { Push } from '#push/push.ts'
import { followDeactivations, followGuestAccess, followMoves, followProfiles, Rooms } from '#rooms/rooms.ts'
import { Sync } from '#sync/sync.ts'
import type { Tenant } from '#tenancy/tenancy.ts'
import type { AnnouncedAddresses } from './announced-addresses.ts'
import type { SharedParts } from './shared-parts.ts'

export interface Homeserver extends MountedTenant<Modules> {
  stop(): Promise<void>
}

/** Opens a tenant's modules, lower ones first, and starts what follows its stream. */
export async function openHomeserver(
  tenant: Tenant,
  shared: SharedParts,
  addresses: AnnouncedAddresses,
): Promise<Homeserver> {
  const { serverName, database, stream } = tenant
  const { clock, random, crypto, config } = shared
  const log = shared.log.with({ server_name: serverName })
  const parts = { serverName, database, stream, clock, random, log, crypto }

  const federation = openTransport(tenant, shared)
  const accounts = new Accounts({
    ...parts,
    options: accountsOptions(shared, addresses.baseUrl),
    email: emailSettings(shared),
  })
  const rooms = await Rooms.open({
    ...parts,
    signingKey: () => tenant.signingKey,
    transport: federation,
    erasedUsers: () => accounts.users.erased(),
    countStaged: (outcome, events) => shared.stagedEvents.add({ server_name: serverName, outcome }, events),
  })
  const stopDiscovery = await rooms.discovery.start({
    ...{ accounts, log },
    options: { allOfOurs: config.directory.everyone },
  })
  const stopSearch = await rooms.search.start({ log })
  const ephemeral = await Ephemeral.open({
    ...parts,
    rooms,
    accountData: accounts.accountData,
    options: { presence: config.presence.enabled },
  })
  const e2ee = new E2ee({
    ...parts,
    transport: federation,
    sharing: rooms,
    devices: accounts.devices,
    deviceKeyRules: 'tolerant',
    shareDeviceNames: config.federation.shareDeviceNames,
  })
  const push = await Push.open({
    ...{ ...parts, accounts, rooms, ephemeral },
    gateways: shared.post,
    options: { predefined: { polls: true } },
  })
  const media = new Media({
    ...parts,
    transport: federation,
    // A server name is a host and a port: nothing in it can leave the folder.
    files: await openMediaFiles(join(config.media.folder, serverName), random),
    options: mediaOptions(shared),
  })
  const moderation = new Moderation({ ...parts, accounts, rooms })
  const sync = new Sync({ rooms, stream, clock, database, sources: { accounts, encryption: e2ee, ephemeral, push } })
  const inbound = new FederationInbound({ ...parts, rooms, accounts, edus: { e2ee, ephemeral } })
  const outbound = await FederationOutbound.open({ ...parts, transport: federation, rooms, e2ee, ephemeral })
  const followers = [
    await followProfiles(rooms, accounts, parts),
    await followDeactivations(rooms, accounts, parts),
    await followGuestAccess(rooms, accounts, parts),
    await followMoves(rooms, parts, async ({ userId, from, to }) => {
      await accounts.carryOver(userId, from, to)
      await push.rules.carryOver(userId, from, to)
    }),
    await follow(e2ee.deviceFollower(), parts),
  ]
  const stopE2ee = e2ee.start()
  const stopStaging = rooms.staging.start()
  const jobs = createJobs(parts)
  jobs.every('rooms.forget_transactions', HOUR, () => rooms.forgetTransactionsBefore(clock.now() - TRANSACTIONS_KEPT))
  jobs.every('accounts.tidy', HOUR, () => accounts.tidy())

  return {
    serverName,
    modules: {
      ...{ ...addresses, clock, support: supportOf(shared) },
      ...{ accounts, federation, inbound, rooms, e2ee, ephemeral, push, media, moderation, sync },
    },
    authenticateToken: async (token, { allowLocked, request }) => {
      const session = await accounts.authenticate(token, { allowLocked })
      accounts.noteSeen(session, { ip: request.remoteAddress, userAgent: request.headers['user-agent'] ?? '' })
      return session
    },
    authenticateSigned: (request) => authenticateSigned(federation, request),
    stop: async () => {
      await sync.stop()
      await jobs.stop()
      await stopStaging()
      await stopDiscovery()
      await stopSearch()
      await outbound.stop()
      await Promise.all(followers.map((follower) => follower.stop()))
      await stopE2ee()
      await media.stop()
      await push.stop()
      await ephemeral.stop()
      await accounts.stop()
      await stream.idle()
      await federation.close()
    },
  }
}

/** The configuration has no types for identifiers: what is none is told to nobody. */
const supportOf = ({ config: { support } }: SharedParts): Modules['support'] => ({
  contacts: support.contacts.map(({ role, emailAddress, matrixId }) => ({
    role,
    emailAddress,
    matrixId: matrixId === undefined ? undefined : parseUserId(matrixId),
  })),
  page: support.page,
})

const HOUR = 3_600_000
/** A client repeats a transaction within seconds or, after a crash, hours; a day is kept. */
const TRANSACTIONS_KEPT = 24 * HOUR

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
      backoff: { first: config.federation.firstRetry, max: config.federation.longestRetry },
      keys: {
        notaries: config.federation.notaries as ServerName[],
        pause: {
          first: config.federation.firstRetry,
          max: Math.min(LONGEST_KEY_PAUSE, config.federation.longestRetry),
        },
      },
    },
  })
}

function accountsOptions({ config }: SharedParts, baseUrl: string | undefined) {
  const { registration, passwords, rateLimits } = config
  return {
    registration: registration.mode,
    registrationNeedsEmail: registration.requireEmail,
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

function emailSettings({ mailer, config: { mail, rateLimits } }: SharedParts) {
  const mailsPerAddress = rateLimits.enabled ? MAILS_PER_ADDRESS : undefined
  return mailer && { mailer, domains: mail.addressDomains, mailsPerAddress }
}

/** Whoever waits for a mail asks again once or twice; whoever is pestered gets twelve an hour. */
const MAILS_PER_ADDRESS = { perSecond: 1 / 300, burst: 3 }

function mediaOptions({ config: { media } }: SharedParts): MediaOptions {
  return {
    largestUpload: media.largestUpload,
    remote: {
      largestDownload: media.largestDownload,
      largestCache: media.remoteCache.largest,
      keep: media.remoteCache.keep,
    },
    thumbnails: media.thumbnails,
    unauthenticatedPaths: media.unauthenticatedPaths,
  }
}

/** Milliseconds. A server whose keys are missing holds up its messages: longer pauses than this would be felt. */
const LONGEST_KEY_PAUSE = 60_000

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
