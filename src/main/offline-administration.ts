// The administration of the command line, straight on the database. Each act opens what it needs and closes it.

import type { Administration, Finding, NewUser, Place, UserSummary } from '#cli/cli.ts'
import { type Config, loadConfig } from '#platform/config/config.ts'
import { logTo } from '#platform/log/log.ts'
import { parseUserId, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { announcedAddresses } from './announced-addresses.ts'
import { addressFindings, listenerFinding, mailFindings } from './findings.ts'
import { type Homeserver, openHomeserver } from './homeserver.ts'
import { openSharedParts, type SharedParts } from './shared-parts.ts'

export async function openOfflineAdministration(place: Place): Promise<Administration> {
  const config = await loadConfig({ file: place.configFile, environment: process.env, workingFolder: process.cwd() })
  const shared = await openSharedParts(config, logTo({ write: (line) => void process.stderr.write(line) }, 'error'))
  return new OfflineAdministration(shared, config)
}

class OfflineAdministration implements Administration {
  readonly #shared: SharedParts
  readonly #config: Config
  readonly #open = new Map<string, Homeserver>()

  constructor(shared: SharedParts, config: Config) {
    this.#shared = shared
    this.#config = config
  }

  async createTenant({ serverName }: { readonly serverName: string }) {
    return this.#shared.tenants.create(serverName)
  }

  async listTenants() {
    return (await this.#shared.tenants.list()).filter(({ removedAt }) => removedAt === undefined)
  }

  async removeTenant({ serverName }: { readonly serverName: string }): Promise<void> {
    await this.#shared.tenants.remove(serverName, { dropSchema: true })
  }

  async createUser({ user, password, displayName, isAdministrator }: NewUser) {
    const { accounts, name } = await this.#accountsFor(user)
    const account = await accounts.createUser({
      username: name,
      password,
      isAdmin: isAdministrator,
      ...(displayName !== undefined && { displayName }),
    })
    return { userId: account.userId }
  }

  async listUsers(page: Parameters<Administration['listUsers']>[0]): Promise<UserSummary[]> {
    const names =
      page.serverName === undefined ? (await this.listTenants()).map((t) => t.serverName) : [page.serverName]
    const people: UserSummary[] = []
    for (const serverName of names) {
      const { accounts } = (await this.#homeserver(serverName)).modules
      const after = page.after === undefined ? undefined : await accounts.users.get(page.after as UserId)
      const found = await accounts.users.list(after?.userNumber ?? 0, page.limit - people.length)
      const profiles = await accounts.profiles.short(found.map(({ userId }) => userId))
      for (const { userId, isAdmin, isDeactivated, createdAt } of found) {
        const displayName = profiles.get(userId)?.displayName
        people.push({ userId, displayName, isAdministrator: isAdmin, isDeactivated, createdAt })
      }
      if (people.length >= page.limit) break
    }
    return people
  }

  async setPassword({ user, password, logOut }: Parameters<Administration['setPassword']>[0]) {
    const { accounts, userId } = await this.#accountsFor(user)
    await accounts.changePassword({ userId, password, logoutDevices: logOut })
    return { userId }
  }

  async deactivateUser({ user, erase }: Parameters<Administration['deactivateUser']>[0]) {
    const { accounts, userId } = await this.#accountsFor(user)
    await accounts.deactivate(userId, { erase })
    return { userId }
  }

  async diagnose(): Promise<Finding[]> {
    const tenants = await this.listTenants()
    const now = this.#shared.clock.now()
    const found = tenants.map(({ serverName }) => serverName).join(', ')
    const database = this.#config.database.url === undefined ? 'The embedded PostgreSQL' : 'The configured PostgreSQL'
    return [
      { subject: 'configuration', state: 'good', sentence: 'The configuration can be read.' },
      { subject: 'database', state: 'good', sentence: `${database} answers, and its tables are up to date.` },
      tenants.length > 0
        ? { subject: 'tenants', state: 'good', sentence: `There are ${tenants.length}: ${found}.` }
        : {
            subject: 'tenants',
            state: 'warning',
            sentence: 'There is none. Make one: samband tenant create <server name>',
          },
      ...(await Promise.all(this.#config.listeners.map((listener) => listenerFinding(listener, now)))),
      ...mailFindings(this.#config),
      ...tenants.flatMap(({ serverName }) => addressFindings(this.#config, serverName)),
    ]
  }

  async close(): Promise<void> {
    for (const homeserver of this.#open.values()) await homeserver.stop()
    await this.#shared.close()
  }

  async #homeserver(serverName: string): Promise<Homeserver> {
    const open = this.#open.get(serverName)
    if (open) return open
    const tenant = await this.#shared.tenants.open(serverName)
    const homeserver = await openHomeserver(tenant, this.#shared, announcedAddresses(this.#config, serverName))
    this.#open.set(serverName, homeserver)
    return homeserver
  }

  /** The tenant of a user ID; a bare local part means the only tenant. */
  async #accountsFor(user: string) {
    const given = parseUserId(user)
    const serverName = given ? serverNameOf(given) : await this.#onlyTenant(user)
    const name = given ? given.slice(1, given.indexOf(':')) : user.replace(/^@/, '')
    const { accounts } = (await this.#homeserver(serverName)).modules
    return { accounts, name, userId: `@${name}:${serverName}` as UserId }
  }

  async #onlyTenant(user: string): Promise<string> {
    const tenants = await this.listTenants()
    const [only, second] = tenants
    if (only && !second) return only.serverName
    throw new Error(
      only
        ? `There are several tenants. Write the whole user ID: @${user}:${only.serverName}`
        : 'There is no tenant yet. Make one first: samband tenant create <server name>',
    )
  }
}
