// Registration by clients: closed, with a registration token, or open; guests where they are allowed.
// spec: client-server-api #legacy-account-registration; modules/guest_access

import type { Random } from '#platform/random/random.ts'
import { badJson, forbidden, MatrixError, missingParam } from '#protocol/errors/errors.ts'
import { localpartOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { booleanAt, type JsonObject, member, stringAt } from '#protocol/json/json.ts'
import type { Authenticator } from './authenticate.ts'
import { type CreateAccountParts, createAccount, takenUserId } from './create-account.ts'
import type { EmailProofs } from './email-proofs.ts'
import type { Emails } from './emails.ts'
import type { Flow, InteractiveAuthentication } from './interactive-authentication.ts'
import { type LoginParts, type SessionAnswer, sessionAnswer, sessionWishes } from './login.ts'
import { openSession } from './open-session.ts'
import type { RegistrationTokens } from './registration-tokens.ts'
import { selectAccount, upgradeGuest } from './store/accounts.ts'
import { newUserId } from './usernames.ts'

export interface RegistrationOptions {
  /** `closed`: only administrators make accounts. `token`: with a registration token. `open`: whoever asks. */
  readonly registration: 'closed' | 'token' | 'open'
  readonly guests: boolean
  /** An account needs a confirmed e-mail address, beside what `registration` asks. */
  readonly registrationNeedsEmail?: boolean
}

export interface RegistrationParts {
  readonly options: RegistrationOptions
  readonly login: LoginParts
  readonly creating: CreateAccountParts
  readonly interactive: InteractiveAuthentication
  readonly tokens: RegistrationTokens
  readonly authenticator: Authenticator
  readonly random: Random
  readonly proofs: EmailProofs
  readonly emails: Emails
}

/** With `inhibit_login` the user ID alone. */
export type RegistrationAnswer = SessionAnswer | Pick<SessionAnswer, 'user_id' | 'home_server'>

/** The address comes first: a client that begins with it has chosen the flow with it. */
function flowsOf(registration: 'token' | 'open', { options, proofs }: RegistrationParts): readonly Flow[] {
  const plain = [registration === 'token' ? 'm.login.registration_token' : 'm.login.dummy']
  const withEmail = ['m.login.email.identity', ...(registration === 'token' ? plain : [])]
  if (options.registrationNeedsEmail) return [withEmail]
  return proofs.areOffered ? [plain, withEmail] : [plain]
}

/** 14 digits of base 36 or so: nobody's name, and never drawn twice. */
const MADE_UP_LENGTH = 14

/**
 * POST /register.
 *
 * @throws the 401 of user-interactive authentication; `M_FORBIDDEN` when registration is closed; `M_USER_IN_USE`,
 * `M_INVALID_USERNAME`, `M_WEAK_PASSWORD`, `M_MISSING_PARAM`, `M_BAD_JSON`, `M_GUEST_ACCESS_FORBIDDEN`, `M_THREEPID_IN_USE`.
 */
export async function register(
  kind: 'user' | 'guest',
  body: JsonObject,
  parts: RegistrationParts,
): Promise<RegistrationAnswer> {
  if (kind === 'guest') return registerGuest(body, parts)
  const { registration } = parts.options
  if (registration === 'closed') throw closedRegistration()
  const wanted = await wantedAccount(body, parts)
  const wishes = sessionWishes(body)
  const proofs = await parts.interactive.require({
    body,
    operation: 'register',
    flows: flowsOf(registration, parts),
    session: undefined,
  })
  if (wanted.password === undefined) throw missingPassword()
  const password = wanted.password
  const emailProof = proofs.get('m.login.email.identity')
  if (emailProof !== undefined) await parts.emails.refuseTaken(emailProof)
  await withTokenUsed(proofs.get('m.login.registration_token'), parts.tokens, () =>
    wanted.isGuestUpgrade
      ? upgrade(wanted.userId, password, parts)
      : createAccount({ userId: wanted.userId, password }, parts.creating).then(() => undefined),
  )
  // Lost to another account within a moment: this one is made all the same.
  if (emailProof !== undefined) await parts.emails.give(wanted.userId, emailProof)
  const { serverName } = parts.login.check
  if (booleanAt(body, 'inhibit_login') === true) return { user_id: wanted.userId, home_server: serverName }
  const session = await openSession(wanted.userId, wishes, parts.login.opening)
  return sessionAnswer(session, serverName, parts.login.options.baseUrl)
}

export const closedRegistration = () =>
  forbidden('accounts/registration-closed', 'Registration is closed here. Ask the administrators for an account.')

/** GET /register/available. @throws `M_USER_IN_USE`, `M_INVALID_USERNAME`. */
export async function checkAvailable(username: string, { login: { check } }: RegistrationParts): Promise<UserId> {
  const userId = newUserId(username, check.serverName)
  if ((await check.database.one(selectAccount, userId)) !== undefined) throw takenUserId()
  return userId
}

interface WantedAccount {
  readonly userId: UserId
  readonly password: string | undefined
  readonly isGuestUpgrade: boolean
}

/** Everything that can be refused is refused before the user goes through the stages. */
async function wantedAccount(body: JsonObject, parts: RegistrationParts): Promise<WantedAccount> {
  const username = optionalText(body, 'username')
  const password = optionalText(body, 'password')
  const guest = await upgradingGuest(body, parts)
  const userId = guest ?? (await newUser(username, parts))
  if (guest !== undefined && username?.toLowerCase() !== localpartOf(guest)) {
    throw forbidden(
      'accounts/guest-upgrade',
      'A guest keeps the username: send the localpart of the guest as "username".',
    )
  }
  if (password !== undefined) parts.creating.passwords.refuseWeak(password, localpartOf(userId))
  else if (member(body, 'auth') !== undefined) throw missingPassword()
  return { userId, password, isGuestUpgrade: guest !== undefined }
}

function newUser(username: string | undefined, parts: RegistrationParts): Promise<UserId> {
  // An empty name is what some clients send for "choose one".
  return checkAvailable(username || parts.random.text(MADE_UP_LENGTH), parts)
}

async function upgradingGuest(body: JsonObject, parts: RegistrationParts): Promise<UserId | undefined> {
  const token = optionalText(body, 'guest_access_token')
  if (token === undefined) return undefined
  const session = await parts.authenticator.authenticate(token)
  if (!session.isGuest) throw forbidden('accounts/guest-upgrade', "This access token is not a guest's.")
  return session.userId
}

async function upgrade(userId: UserId, password: string, { creating, login }: RegistrationParts): Promise<void> {
  const row = await creating.database.one(upgradeGuest, userId, await creating.passwords.hash(password))
  if (row === undefined) throw takenUserId()
  login.opening.sessions.dropUser(userId)
}

/** The use is counted first, so that the last one cannot be used twice, and given back if no account came of it. */
async function withTokenUsed(
  token: string | undefined,
  tokens: RegistrationTokens,
  act: () => Promise<void>,
): Promise<void> {
  if (token === undefined) return act()
  if (!(await tokens.use(token))) {
    throw forbidden(
      'accounts/registration-token',
      'This registration token was used up meanwhile. Ask for another one.',
    )
  }
  try {
    await act()
  } catch (error) {
    await tokens.giveBack(token)
    throw error
  }
}

/** Of the body only the device's display name counts. */
async function registerGuest(body: JsonObject, parts: RegistrationParts): Promise<RegistrationAnswer> {
  if (!parts.options.guests) {
    throw new MatrixError({
      status: 403,
      errcode: 'M_GUEST_ACCESS_FORBIDDEN',
      message: 'Guests are not allowed here. Ask the administrators for an account.',
      rule: 'accounts/guests-off',
    })
  }
  const { serverName } = parts.login.check
  const userId = newUserId(`guest-${parts.random.text(MADE_UP_LENGTH)}`, serverName)
  const displayName = optionalText(body, 'initial_device_display_name')
  await createAccount({ userId, password: undefined, isGuest: true }, parts.creating)
  const session = await openSession(userId, { displayName }, parts.login.opening)
  return sessionAnswer(session, serverName, parts.login.options.baseUrl)
}

function optionalText(body: JsonObject, name: string): string | undefined {
  const value = member(body, name)
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw badJson(`"${name}" must be a string.`)
  return stringAt(body, name)
}

const missingPassword = () => missingParam('The account needs "password", a string.')
