// A session: who calls, from which device, and what they may do. The answer of `authenticate`.
// spec: client-server-api #using-access-tokens, #account-moderation, #guest-access

import { forbidden, MatrixError, userSuspended } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'

export interface Session {
  /** The account's internal number; never shown. */
  readonly userNumber: number
  readonly userId: UserId
  readonly localpart: string
  readonly deviceId: DeviceId
  /** SHA-256 of the access token, unpadded URL-safe base64: names the token without being it. */
  readonly tokenId: string
  readonly isGuest: boolean
  readonly isAdmin: boolean
  readonly isLocked: boolean
  readonly isSuspended: boolean
  /** Milliseconds since 1970; undefined: until logout. */
  readonly expiresAt: number | undefined
  /** How strongly the person was identified; undefined: by the password here. */
  readonly assurance: string | undefined
  readonly identityProvider: string | undefined
}

/** 403 `M_GUEST_ACCESS_FORBIDDEN` for a guest. For every endpoint that the guest access module does not list. */
export function refuseGuest(session: Session): void {
  if (!session.isGuest) return
  throw new MatrixError({
    status: 403,
    errcode: 'M_GUEST_ACCESS_FORBIDDEN',
    message: 'Guests may not do this. Register an account first.',
    rule: 'accounts/guest',
  })
}

/** 403 `M_USER_SUSPENDED` for a suspended account. For what a suspended user must not do. */
export function refuseSuspended(session: Session): void {
  if (session.isSuspended) {
    throw userSuspended('Your account is suspended. You may read and leave; ask the administrators of your server.')
  }
}

/** 403 for anyone but an administrator of this server. */
export function refuseUnlessAdmin(session: Session): void {
  if (!session.isAdmin) {
    throw forbidden('accounts/not-admin', 'Only administrators of this server may do this.')
  }
}

/** 403 when the path names another user than the one who calls. */
export function refuseForOthers(session: Session, userId: string): void {
  if (session.userId !== userId) {
    throw forbidden('accounts/other-user', 'You can only do this for your own user ID.')
  }
}
