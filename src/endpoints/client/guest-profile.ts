// Guests may change their display name and nothing else of their profile.
// spec: modules/guest_access (client behaviour)

import { refuseGuest, type Session } from '#accounts/accounts.ts'

export function guestOnlyName(session: Session, field: string): void {
  if (field !== 'displayname') refuseGuest(session)
}
