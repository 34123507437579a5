// Users, devices, sessions, profiles, account data, registration. Face of the module.
// Facts that others follow: `device`, `profile`, `account-data`, `account` (each with its table and position).
// spec: client-server-api #client-authentication, #profiles, #client-config, #device-management

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { type Rate, RateLimiter } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import type { Position, Stream } from '#platform/stream/stream.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { DeviceId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { RoomVersionId } from '#protocol/room-versions/room-versions.ts'
import type { Account } from './account.ts'
import { AccountData, type AccountDataEntry } from './account-data.ts'
import { type AuthenticateOptions, Authenticator } from './authenticate.ts'
import { type CapabilityOptions, capabilitiesOf } from './capabilities.ts'
import { carryOver } from './carry-over.ts'
import { changePassword, type PasswordChange } from './change-password.ts'
import type { CheckPasswordParts } from './check-password.ts'
import { type CreateAccountParts, createAccount } from './create-account.ts'
import { type DeactivateParts, deactivate } from './deactivate.ts'
import { Devices } from './devices.ts'
import { EmailProofs, type EmailPurpose, type EmailSettings, type EmailTokenRequest } from './email-proofs.ts'
import { Emails } from './emails.ts'
import { Filters } from './filters.ts'
import { IgnoredUsers } from './ignored-users.ts'
import { InteractiveAuthentication, type InteractiveRequest } from './interactive-authentication.ts'
import { stages } from './interactive-stages.ts'
import { LastSeen, type Origin } from './last-seen.ts'
import { type LoginFlow, type LoginParts, login, loginFlows, type SessionAnswer } from './login.ts'
import type { OpenSessionParts } from './open-session.ts'
import { type PasswordRules, Passwords } from './passwords.ts'
import { Profiles } from './profiles.ts'
import { refreshSession } from './refresh-session.ts'
import {
  checkAvailable,
  closedRegistration,
  type RegistrationAnswer,
  type RegistrationOptions,
  type RegistrationParts,
  register,
} from './registration.ts'
import { RegistrationTokens } from './registration-tokens.ts'
import { type PasswordReset, resetPassword } from './reset-password.ts'
import type { Session } from './session.ts'
import { SessionCache } from './session-cache.ts'
import { SharedSecretRegistration } from './shared-secret-registration.ts'
import { ShortTokens } from './short-tokens.ts'
import { Tags } from './tags.ts'
import { tidy } from './tidy.ts'
import { UserTurns } from './user-turns.ts'
import { newUserId } from './usernames.ts'
import { Users } from './users.ts'
import { type Whois, whois } from './whois.ts'

export type { Account } from './account.ts'
export {
  type AccountDataChange,
  type AccountDataEntry,
  type AccountDataKey,
  accountDataChange,
} from './account-data.ts'
export type { Device, DeviceChange, DeviceFact } from './devices.ts'
export type { EmailLink, EmailSettings } from './email-proofs.ts'
export type { ThirdPartyIdentifier } from './emails.ts'
export { type Flow, InteractiveAuthenticationRequired, type InteractiveRequest } from './interactive-authentication.ts'
export type { Origin } from './last-seen.ts'
export type { LoginFlow, SessionAnswer } from './login.ts'
export { MAX_DEVICES } from './open-session.ts'
export { checkFieldName, fieldInBody } from './profile-fields.ts'
export type { ProfileChange, ShortProfile } from './profiles.ts'
export type { RegistrationAnswer } from './registration.ts'
export type { RegistrationToken, RegistrationTokenWishes } from './registration-tokens.ts'
export { refuseForOthers, refuseGuest, refuseSuspended, refuseUnlessAdmin, type Session } from './session.ts'
export type { OpenIdToken } from './short-tokens.ts'
export type { AccountChange, AccountFlags } from './users.ts'
export type { Whois } from './whois.ts'

export interface AccountsOptions extends RegistrationOptions, CapabilityOptions {
  readonly mayLoginByPassword: boolean
  readonly passwords: PasswordRules
  /** Password attempts per account; undefined: not limited. */
  readonly passwordAttempts: Rate | undefined
  /** Milliseconds that an access token of a refreshing client lives. */
  readonly accessTokenLifetime: number
  /** For `/_synapse/admin/v1/register`; undefined: off. */
  readonly sharedSecret: string | undefined
  /** Where clients reach this server, for `well_known` in the answer to a login; undefined: left out. */
  readonly baseUrl: string | undefined
}

export interface AccountsParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly options: AccountsOptions
  /** Without it there is no mail server, and no address can be confirmed. */
  readonly email?: EmailSettings | undefined
}

/** The user's own password, for `interactive`. */
const passwordFlow = [['m.login.password']] as const

export class Accounts {
  readonly users: Users
  readonly devices: Devices
  readonly profiles: Profiles
  readonly accountData: AccountData
  readonly tags: Tags
  readonly filters: Filters
  readonly registrationTokens: RegistrationTokens
  readonly emails: Emails
  readonly emailProofs: EmailProofs
  readonly sharedSecretRegistration: SharedSecretRegistration
  readonly #serverName: ServerName
  readonly #options: AccountsOptions
  readonly #authenticator: Authenticator
  readonly #interactive: InteractiveAuthentication
  readonly #lastSeen: LastSeen
  readonly #ignoredUsers: IgnoredUsers
  readonly #shortTokens: ShortTokens
  readonly #opening: OpenSessionParts
  readonly #login: LoginParts
  readonly #creating: CreateAccountParts
  readonly #registration: RegistrationParts
  readonly #deactivation: DeactivateParts

  constructor(parts: AccountsParts) {
    const { serverName, database, clock, random, options } = parts
    const turns = new UserTurns()
    const sessions = new SessionCache(clock)
    const passwords = new Passwords(options.passwords)
    const owned = { ...parts, turns, sessions }
    this.#serverName = serverName
    this.#options = options
    this.users = new Users(owned)
    this.devices = new Devices(owned)
    this.profiles = new Profiles(owned)
    this.accountData = new AccountData(owned)
    this.tags = new Tags(owned)
    this.filters = new Filters(owned)
    this.registrationTokens = new RegistrationTokens(owned)
    this.emailProofs = new EmailProofs({ ...parts, baseUrl: options.baseUrl, settings: parts.email })
    this.emails = new Emails({ ...owned, proofs: this.emailProofs })
    this.#shortTokens = new ShortTokens(owned)
    this.#lastSeen = new LastSeen(owned)
    this.#ignoredUsers = new IgnoredUsers(owned)
    this.#authenticator = new Authenticator({ database, clock, cache: sessions })
    const attempts = new RateLimiter<'password'>({ clock, rates: { password: options.passwordAttempts } })
    const check: CheckPasswordParts = { serverName, database, passwords, attempts }
    this.#interactive = new InteractiveAuthentication({
      clock,
      random,
      stages: stages({ ...check, tokens: this.registrationTokens, proofs: this.emailProofs }),
    })
    this.#opening = { ...owned, accessTokenLifetime: options.accessTokenLifetime }
    this.#login = { check, opening: this.#opening, shortTokens: this.#shortTokens, options }
    this.#creating = { database, clock, passwords, profiles: this.profiles }
    this.#registration = {
      options,
      login: this.#login,
      creating: this.#creating,
      interactive: this.#interactive,
      tokens: this.registrationTokens,
      authenticator: this.#authenticator,
      random,
      proofs: this.emailProofs,
      emails: this.emails,
    }
    this.sharedSecretRegistration = new SharedSecretRegistration(options.sharedSecret, { ...this.#registration, clock })
    this.#deactivation = {
      ...owned,
      devices: this.devices,
      profiles: this.profiles,
      emails: this.emails,
      shortTokens: this.#shortTokens,
    }
  }

  /** The session of an access token: from memory, or one read. @throws 401 `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN`, `M_USER_LOCKED`. */
  authenticate(token: string | undefined, options?: AuthenticateOptions): Promise<Session> {
    return this.#authenticator.authenticate(token, options)
  }

  /** Notes when and from where a session was used. Never waits: written for many devices at once, each at most every five minutes. */
  noteSeen(session: Session, origin: Origin): void {
    this.#lastSeen.note(session, origin)
  }

  loginFlows(): readonly LoginFlow[] {
    return loginFlows(this.#options)
  }

  /** POST /login. */
  login(body: JsonObject): Promise<SessionAnswer> {
    return login(body, this.#login)
  }

  /** POST /refresh; the answer by wire names. @throws 401 `M_UNKNOWN_TOKEN`, `M_USER_LOCKED`. */
  async refresh(
    refreshToken: string,
  ): Promise<{ access_token: string; refresh_token?: string; expires_in_ms?: number }> {
    const session = await refreshSession(refreshToken, this.#opening)
    return {
      access_token: session.accessToken,
      refresh_token: session.refreshToken,
      expires_in_ms: session.expiresIn,
    }
  }

  /** Ends the session and deletes its device. */
  logout(session: Session): Promise<void> {
    return this.devices.delete(session.userId, [session.deviceId])
  }

  /** Ends all sessions of the user and deletes all devices. */
  logoutAll(session: Session): Promise<void> {
    return this.devices.deleteAll(session.userId)
  }

  /** POST /register. */
  register(kind: 'user' | 'guest', body: JsonObject): Promise<RegistrationAnswer> {
    return register(kind, body, this.#registration)
  }

  /** Whether a username is free. @throws `M_USER_IN_USE`, `M_INVALID_USERNAME`. */
  checkAvailable(username: string): Promise<UserId> {
    return checkAvailable(username, this.#registration)
  }

  /** Whether a registration token is good now. @throws 403 when registration is closed. */
  async isRegistrationTokenValid(token: string): Promise<boolean> {
    if (this.#options.registration === 'closed') throw closedRegistration()
    return this.registrationTokens.isUsable(token)
  }

  /**
   * Makes an account without asking the user: for administrators and the command line. The password need not obey the rules for
   * length; undefined: no login by password.
   *
   * @throws `M_USER_IN_USE`, `M_INVALID_USERNAME`.
   */
  async createUser(wanted: {
    username: string
    password: string | undefined
    isAdmin?: boolean
    displayName?: string
  }): Promise<Account> {
    const { username, ...rest } = wanted
    return createAccount({ userId: newUserId(username, this.#serverName), ...rest }, this.#creating)
  }

  /**
   * Waits for user-interactive authentication: returns when the stages of one flow are passed, else throws the 401 that asks for the next.
   *
   * @param request.flows the user's own password unless told.
   */
  interactive(
    request: Omit<InteractiveRequest, 'flows'> & Partial<Pick<InteractiveRequest, 'flows'>>,
  ): Promise<ReadonlyMap<string, string | undefined>> {
    return this.#interactive.require({ flows: passwordFlow, ...request })
  }

  /** A new password, and the other devices logged out if wanted. The caller has authenticated the user. @throws `M_WEAK_PASSWORD`. */
  changePassword(change: PasswordChange): Promise<void> {
    return changePassword(change, { ...this.#deactivation, passwords: this.#creating.passwords })
  }

  /** A new password for whoever has shown that the mails of the account are read. */
  resetPassword(reset: PasswordReset): Promise<void> {
    return resetPassword(reset, {
      ...this.#deactivation,
      passwords: this.#creating.passwords,
      proofs: this.emailProofs,
      interactive: this.#interactive,
    })
  }

  /**
   * Mails a link that confirms an address.
   *
   * @throws `M_INVALID_PARAM`, `M_THREEPID_DENIED`, `M_THREEPID_MEDIUM_NOT_SUPPORTED`, `M_FORBIDDEN` when registration is closed, 429.
   */
  async requestEmailToken(purpose: EmailPurpose, asked: EmailTokenRequest): Promise<{ sid: string }> {
    if (purpose === 'register' && this.#options.registration === 'closed') throw closedRegistration()
    return this.emailProofs.request(purpose, asked)
  }

  /** Ends an account for good. @throws `M_NOT_FOUND` when it does not exist. */
  async deactivate(userId: UserId, options: { readonly erase: boolean }): Promise<void> {
    if ((await this.users.get(userId)) === undefined)
      throw notFound('There is no account with this user ID on this server.')
    await deactivate(userId, options.erase, this.#deactivation)
    if (options.erase) this.users.forgetErased()
  }

  /** A token for one login of the same user, two minutes long. After `interactive` only. */
  issueLoginToken(userId: UserId): Promise<{ login_token: string; expires_in_ms: number }> {
    return this.#shortTokens.issueLoginToken(userId)
  }

  issueOpenIdToken(userId: UserId) {
    return this.#shortTokens.issueOpenIdToken(userId)
  }

  /** Who asked for an OpenID token. @throws 401 `M_UNKNOWN_TOKEN`. */
  ownerOfOpenIdToken(token: string): Promise<UserId> {
    return this.#shortTokens.ownerOfOpenIdToken(token)
  }

  /** Account data of a user that changed in (after, upTo]. */
  accountDataSince(userId: UserId, after: Position, upTo: Position): Promise<AccountDataEntry[]> {
    return this.accountData.since(userId, after, upTo)
  }

  /** All account data of a user up to a position. */
  allAccountData(userId: UserId, upTo: Position): Promise<AccountDataEntry[]> {
    return this.accountData.all(userId, upTo)
  }

  /** Takes what the user has arranged for a room along to the room that replaces it. Repeatable. */
  carryOver(userId: UserId, from: RoomId, to: RoomId): Promise<void> {
    return carryOver(this.accountData, userId, from, to)
  }

  /** Whom a user ignores; from memory when asked before. */
  ignoredUsersOf(userId: UserId): Promise<ReadonlySet<UserId>> {
    return this.#ignoredUsers.of(userId)
  }

  /** Whom each of many users ignores, in at most one query; only those who ignore anybody. */
  ignoredUsersOfMany(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, ReadonlySet<UserId>>> {
    return this.#ignoredUsers.ofMany(userIds)
  }

  /** GET /account/whoami. */
  whoami(session: Session): { user_id: UserId; device_id: DeviceId; is_guest: boolean } {
    return { user_id: session.userId, device_id: session.deviceId, is_guest: session.isGuest }
  }

  /** The version of rooms that are asked for without one: what `capabilities` promise. */
  get defaultRoomVersion(): RoomVersionId {
    return this.#options.defaultRoomVersion
  }

  /** The value of `capabilities` for this user. */
  capabilities(session: Session): { readonly [name: string]: unknown } {
    return capabilitiesOf(session, { ...this.#options, mayChangeEmails: this.emailProofs.areOffered })
  }

  /** Sessions of a user with their addresses. @throws `M_NOT_FOUND`. */
  async whois(userId: UserId): Promise<Whois> {
    if ((await this.users.get(userId)) === undefined)
      throw notFound('There is no account with this user ID on this server.')
    await this.#lastSeen.flush()
    return whois(userId, await this.devices.list(userId))
  }

  /** Forgets what nobody can ask for any more. Done every hour. */
  tidy(): Promise<void> {
    return tidy(this.#opening)
  }

  /** Writes when devices were last seen, and stops listening. */
  async stop(): Promise<void> {
    this.#ignoredUsers.stop()
    await this.#lastSeen.flush()
  }
}
