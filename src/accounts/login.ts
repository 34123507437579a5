// Login: the legacy API, by password or by a token for one login.
// spec: client-server-api #legacy-login

import { badJson, forbidden, missingParam, unknown } from '#protocol/errors/errors.ts'
import type { DeviceId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { booleanAt, type JsonObject, member, stringAt } from '#protocol/json/json.ts'
import { lockedAccount } from './authenticate.ts'
import { accountIdentified, type CheckPasswordParts, isPasswordOf, wrongPassword } from './check-password.ts'
import { type OpenedSession, type OpenSessionParts, openSession, type SessionWishes } from './open-session.ts'
import type { ShortTokens } from './short-tokens.ts'
import { selectAccount } from './store/accounts.ts'

export interface LoginOptions {
  readonly mayLoginByPassword: boolean
  readonly mayGetLoginToken: boolean
  /** Where clients reach this server, for `well_known`; undefined: left out. */
  readonly baseUrl: string | undefined
}

export interface LoginParts {
  readonly check: CheckPasswordParts
  readonly opening: OpenSessionParts
  readonly shortTokens: ShortTokens
  readonly options: LoginOptions
}

/** The body of an answer to login, registration (and, in part, refresh), by wire names. */
export interface SessionAnswer {
  readonly user_id: UserId
  readonly access_token: string
  readonly device_id: DeviceId
  readonly home_server: ServerName
  readonly refresh_token?: string
  readonly expires_in_ms?: number
  readonly well_known?: { readonly 'm.homeserver': { readonly base_url: string } }
}

export interface LoginFlow {
  readonly type: string
  readonly get_login_token?: boolean
}

export function loginFlows(options: LoginOptions): readonly LoginFlow[] {
  return [
    ...(options.mayLoginByPassword ? [{ type: 'm.login.password' }] : []),
    ...(options.mayGetLoginToken ? [{ type: 'm.login.token', get_login_token: true }] : []),
  ]
}

/**
 * Logs in. The same refusal for a wrong password, an unknown user and a deactivated one.
 *
 * @param body of POST /login. @throws `M_FORBIDDEN`, `M_USER_LOCKED`, `M_UNKNOWN` (type), `M_MISSING_PARAM`, `M_BAD_JSON`, 429.
 */
export async function login(body: JsonObject, parts: LoginParts): Promise<SessionAnswer> {
  const wishes = sessionWishes(body)
  const userId = await whoLogsIn(body, parts)
  const session = await openSession(userId, wishes, parts.opening)
  return sessionAnswer(session, parts.check.serverName, parts.options.baseUrl)
}

async function whoLogsIn(body: JsonObject, parts: LoginParts): Promise<UserId> {
  const type = stringAt(body, 'type')
  if (type === undefined) throw missingParam('The login needs "type", one of those in GET /login.')
  if (type === 'm.login.password' && parts.options.mayLoginByPassword) return byPassword(body, parts)
  if (type === 'm.login.token' && parts.options.mayGetLoginToken) return byToken(body, parts)
  throw unknown('This type of login is not offered. GET /login lists those that are.')
}

async function byPassword(body: JsonObject, { check }: LoginParts): Promise<UserId> {
  const password = stringAt(body, 'password')
  if (password === undefined) throw missingParam('The login needs "password", a string.')
  const row = await accountIdentified(body, check)
  if (!(await isPasswordOf(row, password, check)) || row === undefined) throw wrongPassword()
  if (row.is_locked) throw lockedAccount()
  return row.user_id as UserId
}

async function byToken(body: JsonObject, { check, shortTokens }: LoginParts): Promise<UserId> {
  const token = stringAt(body, 'token')
  if (token === undefined) throw missingParam('The login needs "token", a string.')
  const userId = await shortTokens.takeLoginToken(token)
  const row = userId && (await check.database.one(selectAccount, userId))
  if (!row || row.is_deactivated) {
    throw forbidden('accounts/login-token', 'The login token is unknown, used or too old. Get a new one.')
  }
  if (row.is_locked) throw lockedAccount()
  return row.user_id as UserId
}

/** What login and registration have in common in their bodies. @throws `M_BAD_JSON` for members of a wrong type. */
export function sessionWishes(body: JsonObject): SessionWishes {
  for (const name of ['device_id', 'initial_device_display_name']) {
    const value = member(body, name)
    if (value !== undefined && value !== null && typeof value !== 'string') throw badJson(`"${name}" must be a string.`)
  }
  return {
    // Some clients send the empty string for "none".
    deviceId: stringAt(body, 'device_id') || undefined,
    displayName: stringAt(body, 'initial_device_display_name'),
    refreshable: booleanAt(body, 'refresh_token') === true,
  }
}

export function sessionAnswer(
  session: OpenedSession,
  serverName: ServerName,
  baseUrl: string | undefined,
): SessionAnswer {
  return {
    user_id: session.userId,
    access_token: session.accessToken,
    device_id: session.deviceId,
    home_server: serverName,
    ...(session.refreshToken !== undefined && { refresh_token: session.refreshToken }),
    ...(session.expiresIn !== undefined && { expires_in_ms: session.expiresIn }),
    ...(baseUrl !== undefined && { well_known: { 'm.homeserver': { base_url: baseUrl } } }),
  }
}
