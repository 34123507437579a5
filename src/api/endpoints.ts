// Every endpoint of this server: the only list in the house.
// spec: client-server-api, server-server-api

import { add3PID } from './client/add-3pid.ts'
import { ban } from './client/ban.ts'
import { bind3PID } from './client/bind-3pid.ts'
import { changePassword } from './client/change-password.ts'
import { checkUsernameAvailability } from './client/check-username-availability.ts'
import { claimKeys } from './client/claim-keys.ts'
import { confirmEmail } from './client/confirm-email.ts'
import { createRoom } from './client/create-room.ts'
import { deactivateAccount } from './client/deactivate-account.ts'
import { defineFilter } from './client/define-filter.ts'
import { delete3pidFromAccount } from './client/delete-3pid-from-account.ts'
import { deleteDevice } from './client/delete-device.ts'
import { deleteDevices } from './client/delete-devices.ts'
import { deleteProfileField } from './client/delete-profile-field.ts'
import { deletePushRule } from './client/delete-push-rule.ts'
import { deleteRoomAlias } from './client/delete-room-alias.ts'
import { deleteRoomKeyBySessionId } from './client/delete-room-key-by-session-id.ts'
import { deleteRoomKeys } from './client/delete-room-keys.ts'
import { deleteRoomKeysByRoomId } from './client/delete-room-keys-by-room-id.ts'
import { deleteRoomKeysVersion } from './client/delete-room-keys-version.ts'
import { deleteRoomTag } from './client/delete-room-tag.ts'
import { forgetRoom } from './client/forget-room.ts'
import { generateLoginToken } from './client/generate-login-token.ts'
import { getAccount3PIDs } from './client/get-account-3pids.ts'
import { getAccountData } from './client/get-account-data.ts'
import { getAccountDataPerRoom } from './client/get-account-data-per-room.ts'
import { getAdminLockUser } from './client/get-admin-lock-user.ts'
import { getAdminSuspendUser } from './client/get-admin-suspend-user.ts'
import { getCapabilities } from './client/get-capabilities.ts'
import { getDevice } from './client/get-device.ts'
import { getDevices } from './client/get-devices.ts'
import { getEventByTimestamp } from './client/get-event-by-timestamp.ts'
import { getEventContext } from './client/get-event-context.ts'
import { getEvents } from './client/get-events.ts'
import { getFilter } from './client/get-filter.ts'
import { getJoinedMembersByRoom } from './client/get-joined-members-by-room.ts'
import { getJoinedRooms } from './client/get-joined-rooms.ts'
import { getKeysChanges } from './client/get-keys-changes.ts'
import { getLocalAliases } from './client/get-local-aliases.ts'
import { getLoginFlows } from './client/get-login-flows.ts'
import { getMembersByRoom } from './client/get-members-by-room.ts'
import { getMutualRooms } from './client/get-mutual-rooms.ts'
import { getNotifications } from './client/get-notifications.ts'
import { getOneEvent } from './client/get-one-event.ts'
import { getOneRoomEvent } from './client/get-one-room-event.ts'
import { getPresence } from './client/get-presence.ts'
import { getProfileField } from './client/get-profile-field.ts'
import { getProtocolMetadata } from './client/get-protocol-metadata.ts'
import { getProtocols } from './client/get-protocols.ts'
import { getPublicRooms } from './client/get-public-rooms.ts'
import { getPushRule } from './client/get-push-rule.ts'
import { getPushRuleActions } from './client/get-push-rule-actions.ts'
import { getPushRules } from './client/get-push-rules.ts'
import { getPushRulesGlobal } from './client/get-push-rules-global.ts'
import { getPushers } from './client/get-pushers.ts'
import { getRelatingEvents } from './client/get-relating-events.ts'
import { getRelatingEventsWithRelType } from './client/get-relating-events-with-rel-type.ts'
import { getRelatingEventsWithRelTypeAndEventType } from './client/get-relating-events-with-rel-type-and-event-type.ts'
import { getRoomEvents } from './client/get-room-events.ts'
import { getRoomIdByAlias } from './client/get-room-id-by-alias.ts'
import { getRoomKeyBySessionId } from './client/get-room-key-by-session-id.ts'
import { getRoomKeys } from './client/get-room-keys.ts'
import { getRoomKeysByRoomId } from './client/get-room-keys-by-room-id.ts'
import { getRoomKeysVersion } from './client/get-room-keys-version.ts'
import { getRoomKeysVersionCurrent } from './client/get-room-keys-version-current.ts'
import { getRoomState } from './client/get-room-state.ts'
import { getRoomStateWithKey } from './client/get-room-state-with-key.ts'
import { getRoomSummary } from './client/get-room-summary.ts'
import { getRoomTags } from './client/get-room-tags.ts'
import { getRoomVisibilityOnDirectory } from './client/get-room-visibility-on-directory.ts'
import { getSpaceHierarchy } from './client/get-space-hierarchy.ts'
import { getThreadRoots } from './client/get-thread-roots.ts'
import { getTokenOwner } from './client/get-token-owner.ts'
import { getTurnServer } from './client/get-turn-server.ts'
import { getUserProfile } from './client/get-user-profile.ts'
import { getVersions } from './client/get-versions.ts'
import { getWellknown } from './client/get-wellknown.ts'
import { getWellknownSupport } from './client/get-wellknown-support.ts'
import { getWhoIs } from './client/get-who-is.ts'
import { initialSync } from './client/initial-sync.ts'
import { inviteUser } from './client/invite-user.ts'
import { isPushRuleEnabled } from './client/is-push-rule-enabled.ts'
import { joinRoom } from './client/join-room.ts'
import { joinRoomById } from './client/join-room-by-id.ts'
import { kick } from './client/kick.ts'
import { knockRoom } from './client/knock-room.ts'
import { leaveRoom } from './client/leave-room.ts'
import { login } from './client/login.ts'
import { logout } from './client/logout.ts'
import { logoutAll } from './client/logout-all.ts'
import { post3PIDs } from './client/post-3pids.ts'
import { postPusher } from './client/post-pusher.ts'
import { postReceipt } from './client/post-receipt.ts'
import { postRoomKeysVersion } from './client/post-room-keys-version.ts'
import { putRoomKeyBySessionId } from './client/put-room-key-by-session-id.ts'
import { putRoomKeys } from './client/put-room-keys.ts'
import { putRoomKeysByRoomId } from './client/put-room-keys-by-room-id.ts'
import { putRoomKeysVersion } from './client/put-room-keys-version.ts'
import { queryKeys } from './client/query-keys.ts'
import { queryLocationByAlias } from './client/query-location-by-alias.ts'
import { queryLocationByProtocol } from './client/query-location-by-protocol.ts'
import { queryPublicRooms } from './client/query-public-rooms.ts'
import { queryUserByID } from './client/query-user-by-id.ts'
import { queryUserByProtocol } from './client/query-user-by-protocol.ts'
import { redactEvent } from './client/redact-event.ts'
import { refresh } from './client/refresh.ts'
import { register } from './client/register.ts'
import { registrationTokenValidity } from './client/registration-token-validity.ts'
import { reportEvent } from './client/report-event.ts'
import { reportRoom } from './client/report-room.ts'
import { reportUser } from './client/report-user.ts'
import { requestOpenIdToken } from './client/request-open-id-token.ts'
import { requestTokenTo3PIDEmail } from './client/request-token-to-3pid-email.ts'
import { requestTokenTo3PIDMSISDN } from './client/request-token-to-3pid-msisdn.ts'
import { requestTokenToRegisterEmail } from './client/request-token-to-register-email.ts'
import { requestTokenToRegisterMSISDN } from './client/request-token-to-register-msisdn.ts'
import { requestTokenToResetPasswordEmail } from './client/request-token-to-reset-password-email.ts'
import { requestTokenToResetPasswordMSISDN } from './client/request-token-to-reset-password-msisdn.ts'
import { roomInitialSync } from './client/room-initial-sync.ts'
import { search } from './client/search.ts'
import { searchUserDirectory } from './client/search-user-directory.ts'
import { sendMessage } from './client/send-message.ts'
import { sendToDevice } from './client/send-to-device.ts'
import { setAccountData } from './client/set-account-data.ts'
import { setAccountDataPerRoom } from './client/set-account-data-per-room.ts'
import { setAdminLockUser } from './client/set-admin-lock-user.ts'
import { setAdminSuspendUser } from './client/set-admin-suspend-user.ts'
import { setPresence } from './client/set-presence.ts'
import { setProfileField } from './client/set-profile-field.ts'
import { setPushRule } from './client/set-push-rule.ts'
import { setPushRuleActions } from './client/set-push-rule-actions.ts'
import { setPushRuleEnabled } from './client/set-push-rule-enabled.ts'
import { setReadMarker } from './client/set-read-marker.ts'
import { setRoomAlias } from './client/set-room-alias.ts'
import { setRoomStateWithKey } from './client/set-room-state-with-key.ts'
import { setRoomTag } from './client/set-room-tag.ts'
import { setRoomVisibilityOnDirectory } from './client/set-room-visibility-on-directory.ts'
import { setTyping } from './client/set-typing.ts'
import { showEmailConfirmation } from './client/show-email-confirmation.ts'
import { slidingSync } from './client/sliding-sync.ts'
import { slidingSyncDeployed } from './client/sliding-sync-deployed.ts'
import { sync } from './client/sync.ts'
import { unban } from './client/unban.ts'
import { unbind3pidFromAccount } from './client/unbind-3pid-from-account.ts'
import { updateDevice } from './client/update-device.ts'
import { upgradeRoom } from './client/upgrade-room.ts'
import { uploadCrossSigningKeys } from './client/upload-cross-signing-keys.ts'
import { uploadCrossSigningSignatures } from './client/upload-cross-signing-signatures.ts'
import { uploadKeys } from './client/upload-keys.ts'
import type { Endpoint } from './endpoint.ts'
import { backfillRoom } from './federation/backfill-room.ts'
import { claimUserEncryptionKeys } from './federation/claim-user-encryption-keys.ts'
import { exchangeOpenIdToken } from './federation/exchange-open-id-token.ts'
import { exchangeThirdPartyInvite } from './federation/exchange-third-party-invite.ts'
import { getContent as getContentForServers } from './federation/get-content.ts'
import { getContentThumbnail as getContentThumbnailForServers } from './federation/get-content-thumbnail.ts'
import { getEvent } from './federation/get-event.ts'
import { getEventAuth } from './federation/get-event-auth.ts'
import { getEventByTimestamp as getEventByTimestampForServers } from './federation/get-event-by-timestamp.ts'
import { getMissingPreviousEvents } from './federation/get-missing-previous-events.ts'
import { getPublicRooms as getPublicRoomsForServers } from './federation/get-public-rooms.ts'
import { getRoomState as getRoomStateForServers } from './federation/get-room-state.ts'
import { getRoomStateIds } from './federation/get-room-state-ids.ts'
import { getSpaceHierarchy as getSpaceHierarchyForServers } from './federation/get-space-hierarchy.ts'
import { getUserDevices } from './federation/get-user-devices.ts'
import { getVersion } from './federation/get-version.ts'
import { getWellKnown } from './federation/get-well-known.ts'
import { makeJoin } from './federation/make-join.ts'
import { makeKnock } from './federation/make-knock.ts'
import { makeLeave } from './federation/make-leave.ts'
import { queryInfo } from './federation/query-info.ts'
import { queryProfile } from './federation/query-profile.ts'
import { queryPublicRooms as queryPublicRoomsForServers } from './federation/query-public-rooms.ts'
import { queryRoomDirectory } from './federation/query-room-directory.ts'
import { queryUserEncryptionKeys } from './federation/query-user-encryption-keys.ts'
import { sendInviteV1 } from './federation/send-invite-v1.ts'
import { sendInviteV2 } from './federation/send-invite-v2.ts'
import { sendJoinV1 } from './federation/send-join-v1.ts'
import { sendJoinV2 } from './federation/send-join-v2.ts'
import { sendKnock } from './federation/send-knock.ts'
import { sendLeaveV1 } from './federation/send-leave-v1.ts'
import { sendLeaveV2 } from './federation/send-leave-v2.ts'
import { sendTransaction } from './federation/send-transaction.ts'
import { bulkPerspectivesKeyQuery } from './keys/bulk-perspectives-key-query.ts'
import { getServerKey } from './keys/get-server-key.ts'
import { perspectivesKeyQuery } from './keys/perspectives-key-query.ts'
import { createContent } from './media/create-content.ts'
import { getConfig } from './media/get-config.ts'
import { getConfigAuthed } from './media/get-config-authed.ts'
import { getContent } from './media/get-content.ts'
import { getContentAuthed } from './media/get-content-authed.ts'
import { getContentOverrideName } from './media/get-content-override-name.ts'
import { getContentOverrideNameAuthed } from './media/get-content-override-name-authed.ts'
import { getContentThumbnail } from './media/get-content-thumbnail.ts'
import { getContentThumbnailAuthed } from './media/get-content-thumbnail-authed.ts'
import { getUrlPreviewAuthed } from './media/get-url-preview-authed.ts'
import { uploadContent } from './media/upload-content.ts'
import { uploadContentToMXC } from './media/upload-content-to-mxc.ts'

/** What clients call. */
export const clientEndpoints = [
  add3PID,
  ban,
  bind3PID,
  confirmEmail,
  delete3pidFromAccount,
  getAccount3PIDs,
  post3PIDs,
  requestTokenTo3PIDEmail,
  requestTokenTo3PIDMSISDN,
  requestTokenToRegisterEmail,
  requestTokenToRegisterMSISDN,
  requestTokenToResetPasswordEmail,
  requestTokenToResetPasswordMSISDN,
  roomInitialSync,
  initialSync,
  getOneEvent,
  getEvents,
  changePassword,
  checkUsernameAvailability,
  claimKeys,
  createRoom,
  deactivateAccount,
  defineFilter,
  deleteDevice,
  deleteDevices,
  deleteProfileField,
  deletePushRule,
  deleteRoomAlias,
  deleteRoomKeyBySessionId,
  deleteRoomKeys,
  deleteRoomKeysByRoomId,
  deleteRoomKeysVersion,
  deleteRoomTag,
  forgetRoom,
  generateLoginToken,
  getAccountData,
  getAccountDataPerRoom,
  getAdminLockUser,
  getAdminSuspendUser,
  getCapabilities,
  getDevice,
  getDevices,
  getEventByTimestamp,
  getEventContext,
  getFilter,
  getJoinedMembersByRoom,
  getJoinedRooms,
  getKeysChanges,
  getLocalAliases,
  getLoginFlows,
  getMembersByRoom,
  getMutualRooms,
  getNotifications,
  getOneRoomEvent,
  getPresence,
  getProfileField,
  getProtocolMetadata,
  getProtocols,
  getPublicRooms,
  getPushRule,
  getPushRuleActions,
  getPushRules,
  getPushRulesGlobal,
  getPushers,
  getRelatingEvents,
  getRelatingEventsWithRelType,
  getRelatingEventsWithRelTypeAndEventType,
  getRoomEvents,
  getRoomIdByAlias,
  getRoomKeyBySessionId,
  getRoomKeys,
  getRoomKeysByRoomId,
  getRoomKeysVersion,
  getRoomKeysVersionCurrent,
  getRoomState,
  getRoomStateWithKey,
  getRoomSummary,
  getRoomTags,
  getRoomVisibilityOnDirectory,
  getSpaceHierarchy,
  getThreadRoots,
  getTokenOwner,
  getTurnServer,
  getUserProfile,
  getVersions,
  getWellknown,
  getWellknownSupport,
  getWhoIs,
  inviteUser,
  isPushRuleEnabled,
  joinRoom,
  joinRoomById,
  kick,
  knockRoom,
  leaveRoom,
  login,
  logout,
  logoutAll,
  postPusher,
  postReceipt,
  postRoomKeysVersion,
  putRoomKeyBySessionId,
  putRoomKeys,
  putRoomKeysByRoomId,
  putRoomKeysVersion,
  queryKeys,
  queryLocationByAlias,
  queryLocationByProtocol,
  queryPublicRooms,
  queryUserByID,
  queryUserByProtocol,
  redactEvent,
  refresh,
  register,
  registrationTokenValidity,
  reportEvent,
  reportRoom,
  reportUser,
  requestOpenIdToken,
  search,
  searchUserDirectory,
  sendMessage,
  sendToDevice,
  setAccountData,
  setAccountDataPerRoom,
  setAdminLockUser,
  setAdminSuspendUser,
  setPresence,
  setProfileField,
  setPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
  setReadMarker,
  setRoomAlias,
  setRoomStateWithKey,
  setRoomTag,
  setRoomVisibilityOnDirectory,
  setTyping,
  showEmailConfirmation,
  slidingSync,
  slidingSyncDeployed,
  sync,
  unban,
  unbind3pidFromAccount,
  updateDevice,
  upgradeRoom,
  uploadCrossSigningKeys,
  uploadCrossSigningSignatures,
  uploadKeys,
] as const satisfies readonly Endpoint[]

/** Content, for clients. */
export const mediaEndpoints = [
  createContent,
  getConfig,
  getConfigAuthed,
  getContent,
  getContentAuthed,
  getContentOverrideName,
  getContentOverrideNameAuthed,
  getContentThumbnail,
  getContentThumbnailAuthed,
  getUrlPreviewAuthed,
  uploadContent,
  uploadContentToMXC,
] as const satisfies readonly Endpoint[]

/** Signing keys, for servers. */
export const keysEndpoints = [
  bulkPerspectivesKeyQuery,
  getServerKey,
  perspectivesKeyQuery,
] as const satisfies readonly Endpoint[]

/** What other servers call. */
export const federationEndpoints = [
  backfillRoom,
  claimUserEncryptionKeys,
  exchangeOpenIdToken,
  exchangeThirdPartyInvite,
  getContentForServers,
  getContentThumbnailForServers,
  getEvent,
  getEventAuth,
  getEventByTimestampForServers,
  getMissingPreviousEvents,
  getPublicRoomsForServers,
  getRoomStateForServers,
  getRoomStateIds,
  getSpaceHierarchyForServers,
  getUserDevices,
  getVersion,
  getWellKnown,
  makeJoin,
  makeKnock,
  makeLeave,
  queryInfo,
  queryProfile,
  queryPublicRoomsForServers,
  queryRoomDirectory,
  queryUserEncryptionKeys,
  sendInviteV1,
  sendInviteV2,
  sendJoinV1,
  sendJoinV2,
  sendKnock,
  sendLeaveV1,
  sendLeaveV2,
  sendTransaction,
] as const satisfies readonly Endpoint[]

/** All of them. A definition without a handler is not served. */
export const endpoints: readonly Endpoint[] = [
  ...clientEndpoints,
  ...mediaEndpoints,
  ...keysEndpoints,
  ...federationEndpoints,
]
