// Removes a field of the caller's own profile.
// spec: client-server-api, DELETE /_matrix/client/v3/profile/{userId}/{keyName}

import { refuseForOthers, refuseSuspended } from '#accounts/accounts.ts'
import { deleteProfileField } from '#api/client/delete-profile-field.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { guestOnlyName } from './guest-profile.ts'

export const handleDeleteProfileField = handler(
  deleteProfileField,
  ({ accounts }: WithAccounts) =>
    async ({ params, session }) => {
      refuseForOthers(session, params.userId)
      refuseSuspended(session)
      guestOnlyName(session, params.keyName)
      await accounts.profiles.deleteField(session.userId, params.keyName)
      return {}
    },
)
