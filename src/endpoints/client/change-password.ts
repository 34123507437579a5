// Sets a new password.
// spec: client-server-api, POST /_matrix/client/v3/account/password

import { refuseGuest } from '#accounts/accounts.ts'
import { changePassword } from '#api/client/change-password.ts'
import { missingToken } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleChangePassword = handler(
  changePassword,
  ({ accounts }: WithAccounts) =>
    async ({ body, session }) => {
      // Without a session the flows would need an address to write to, and we keep none.
      if (session === undefined)
        throw missingToken('Log in to change the password, or ask the administrators of your server.')
      refuseGuest(session)
      await accounts.interactive({ body: jsonBody(body), operation: 'changePassword', session })
      await accounts.changePassword({
        userId: session.userId,
        password: body.new_password,
        logoutDevices: body.logout_devices ?? true,
        keep: session.deviceId,
      })
      return {}
    },
)
