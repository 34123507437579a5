// The handlers of e-mail addresses of accounts, and of telephone numbers, which there are none of.
// spec: client-server-api #adding-account-administrative-contact-information

import type { Handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { handleAdd3PID } from './add-3pid.ts'
import { handleBind3PID } from './bind-3pid.ts'
import { handleConfirmEmail } from './confirm-email.ts'
import { handleDelete3pidFromAccount } from './delete-3pid-from-account.ts'
import { handleGetAccount3PIDs } from './get-account-3pids.ts'
import { handlePost3PIDs } from './post-3pids.ts'
import { handleRequestTokenTo3PIDEmail } from './request-token-to-3pid-email.ts'
import { handleRequestTokenTo3PIDMSISDN } from './request-token-to-3pid-msisdn.ts'
import { handleRequestTokenToRegisterEmail } from './request-token-to-register-email.ts'
import { handleRequestTokenToRegisterMSISDN } from './request-token-to-register-msisdn.ts'
import { handleRequestTokenToResetPasswordEmail } from './request-token-to-reset-password-email.ts'
import { handleRequestTokenToResetPasswordMSISDN } from './request-token-to-reset-password-msisdn.ts'
import { handleShowEmailConfirmation } from './show-email-confirmation.ts'
import { handleUnbind3pidFromAccount } from './unbind-3pid-from-account.ts'

export const emailHandlers: readonly Handler<WithAccounts>[] = [
  handleGetAccount3PIDs,
  handlePost3PIDs,
  handleAdd3PID,
  handleBind3PID,
  handleDelete3pidFromAccount,
  handleUnbind3pidFromAccount,
  handleRequestTokenTo3PIDEmail,
  handleRequestTokenTo3PIDMSISDN,
  handleRequestTokenToResetPasswordEmail,
  handleRequestTokenToResetPasswordMSISDN,
  handleRequestTokenToRegisterEmail,
  handleRequestTokenToRegisterMSISDN,
  handleShowEmailConfirmation,
  handleConfirmEmail,
]
