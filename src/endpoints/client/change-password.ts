// Sets a new password.
// spec: client-server-api, POST /_matrix/client/v3/account/password

import { refuseGuest } from '#accounts/accounts.ts'
import { changePassword } from '#api/client/change-password.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleChangePassword = handler(
  changePassword,
  ({ accounts }: WithAccounts) =>
    async ({ body, session }) => {
      const [password, logoutDevices] = [body.new_password, body.logout_devices ?? true]
      if (session === undefined) {
        await accounts.resetPassword({ body: jsonBody(body), password, logoutDevices })
        return {}
      }
      refuseGuest(session)
      await accounts.interactive({ body: jsonBody(body), operation: 'changePassword', session })
      await accounts.changePassword({
        userId: session.userId,
        password,
        logoutDevices,
        keep: session.deviceId,
      })
      return {}
    },
)
