// Sets a field of the caller's own profile.
// spec: client-server-api, PUT /_matrix/client/v3/profile/{userId}/{keyName}

import { checkFieldName, fieldInBody, refuseForOthers, refuseSuspended } from '#accounts/accounts.ts'
import { setProfileField } from '#api/client/set-profile-field.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { guestOnlyName } from './guest-profile.ts'

export const handleSetProfileField = handler(
  setProfileField,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      refuseForOthers(session, params.userId)
      refuseSuspended(session)
      guestOnlyName(session, params.keyName)
      checkFieldName(params.keyName)
      await accounts.profiles.setField(session.userId, params.keyName, fieldInBody(body, params.keyName))
      return {}
    },
)
