// What a user can do here, for clients that ask before they offer it.
// spec: client-server-api #capabilities-negotiation

import type { RoomVersionId } from '#protocol/room-versions/room-versions.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import type { Session } from './session.ts'

export interface CapabilityOptions {
  readonly defaultRoomVersion: RoomVersionId
  readonly mayChangePassword: boolean
  readonly mayGetLoginToken: boolean
}

/** What depends on how the server is set up beside its options. */
export interface Abilities {
  readonly mayChangeEmails: boolean
}

/** The value of `capabilities`. Guests change their display name only. */
export function capabilitiesOf(
  session: Session,
  options: CapabilityOptions & Abilities,
): { readonly [name: string]: unknown } {
  const { isGuest } = session
  const profile = isGuest ? { enabled: true, allowed: ['displayname'] } : { enabled: true }
  return {
    'm.change_password': { enabled: options.mayChangePassword && !isGuest },
    'm.room_versions': { default: options.defaultRoomVersion, available: stableVersions() },
    'm.profile_fields': profile,
    // Deprecated since v1.16, but what older clients read.
    'm.set_displayname': { enabled: true },
    'm.set_avatar_url': { enabled: !isGuest },
    'm.3pid_changes': { enabled: options.mayChangeEmails && !isGuest },
    'm.get_login_token': { enabled: options.mayGetLoginToken && !isGuest },
    // Left out altogether for those who may not.
    ...(session.isAdmin && { 'm.account_moderation': { suspend: true, lock: true } }),
    'm.forget_forced_upon_leave': { enabled: false },
  }
}

const stableVersions = (): { [id: string]: 'stable' } =>
  Object.fromEntries([...roomVersions].map(({ id }) => [id, 'stable']))
