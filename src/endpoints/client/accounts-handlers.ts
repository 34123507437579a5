// The handlers of accounts: clients, and the little that servers and scripts ask.
// spec: client-server-api

import { handleGetRegistrationNonce } from '../admin/get-registration-nonce.ts'
import { handleRegisterBySharedSecret } from '../admin/register-by-shared-secret.ts'
import { handleExchangeOpenIdToken } from '../federation/exchange-open-id-token.ts'
import { handleQueryProfile } from '../federation/query-profile.ts'
import type { Handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { handleChangePassword } from './change-password.ts'
import { handleCheckUsernameAvailability } from './check-username-availability.ts'
import { handleDeactivateAccount } from './deactivate-account.ts'
import { handleDefineFilter } from './define-filter.ts'
import { handleDeleteDevice } from './delete-device.ts'
import { handleDeleteDevices } from './delete-devices.ts'
import { handleDeleteProfileField } from './delete-profile-field.ts'
import { handleDeleteRoomTag } from './delete-room-tag.ts'
import { handleGenerateLoginToken } from './generate-login-token.ts'
import { handleGetAccountData } from './get-account-data.ts'
import { handleGetAccountDataPerRoom } from './get-account-data-per-room.ts'
import { handleGetAdminLockUser } from './get-admin-lock-user.ts'
import { handleGetAdminSuspendUser } from './get-admin-suspend-user.ts'
import { handleGetCapabilities } from './get-capabilities.ts'
import { handleGetDevice } from './get-device.ts'
import { handleGetDevices } from './get-devices.ts'
import { handleGetFilter } from './get-filter.ts'
import { handleGetLoginFlows } from './get-login-flows.ts'
import { handleGetProfileField } from './get-profile-field.ts'
import { handleGetRoomTags } from './get-room-tags.ts'
import { handleGetTokenOwner } from './get-token-owner.ts'
import { handleGetUserProfile } from './get-user-profile.ts'
import { handleGetWhoIs } from './get-who-is.ts'
import { handleLogin } from './login.ts'
import { handleLogout } from './logout.ts'
import { handleLogoutAll } from './logout-all.ts'
import type { ProfileSources } from './profile-of.ts'
import { handleRefresh } from './refresh.ts'
import { handleRegister } from './register.ts'
import { handleRegistrationTokenValidity } from './registration-token-validity.ts'
import { handleRequestOpenIdToken } from './request-open-id-token.ts'
import { handleSetAccountData } from './set-account-data.ts'
import { handleSetAccountDataPerRoom } from './set-account-data-per-room.ts'
import { handleSetAdminLockUser } from './set-admin-lock-user.ts'
import { handleSetAdminSuspendUser } from './set-admin-suspend-user.ts'
import { handleSetProfileField } from './set-profile-field.ts'
import { handleSetRoomTag } from './set-room-tag.ts'
import { handleUpdateDevice } from './update-device.ts'

export const accountsHandlers: readonly Handler<WithAccounts & ProfileSources>[] = [
  handleGetLoginFlows,
  handleLogin,
  handleRefresh,
  handleLogout,
  handleLogoutAll,
  handleGenerateLoginToken,
  handleRegister,
  handleCheckUsernameAvailability,
  handleRegistrationTokenValidity,
  handleChangePassword,
  handleDeactivateAccount,
  handleGetTokenOwner,
  handleGetCapabilities,
  handleGetDevices,
  handleGetDevice,
  handleUpdateDevice,
  handleDeleteDevice,
  handleDeleteDevices,
  handleGetUserProfile,
  handleGetProfileField,
  handleSetProfileField,
  handleDeleteProfileField,
  handleSetAccountData,
  handleGetAccountData,
  handleSetAccountDataPerRoom,
  handleGetAccountDataPerRoom,
  handleGetRoomTags,
  handleSetRoomTag,
  handleDeleteRoomTag,
  handleDefineFilter,
  handleGetFilter,
  handleRequestOpenIdToken,
  handleGetWhoIs,
  handleGetAdminLockUser,
  handleSetAdminLockUser,
  handleGetAdminSuspendUser,
  handleSetAdminSuspendUser,
  handleExchangeOpenIdToken,
  handleQueryProfile,
  handleGetRegistrationNonce,
  handleRegisterBySharedSecret,
]
