// Operations whose right request is refused all the same: the walk comes no further in them than to the rule that says no.

export const refusedThoughRight: ReadonlySet<string> = new Set([
  // A person must prove again who they are.
  'generateLoginToken',
  'deactivateAccount',
  'deleteDevice',
  'deleteDevices',
  'post3PIDs',
  'add3PID',
  // A secret, a code from a mail, a signature or a place that the walk does not have.
  'exchangeOpenIdToken',
  'registerBySharedSecret',
  'bind3PID',
  'requestTokenTo3PIDEmail',
  'requestTokenTo3PIDMSISDN',
  'requestTokenToResetPasswordEmail',
  'requestTokenToResetPasswordMSISDN',
  'requestTokenToRegisterEmail',
  'requestTokenToRegisterMSISDN',
  'showEmailConfirmation',
  'confirmEmail',
  'uploadContentToMXC',
  'uploadCrossSigningKeys',
  // What is asked for is not there, or not configured.
  'getWellknownSupport',
  'getWellKnown',
  'getAccountDataPerRoom',
  'deletePushRule',
  'getProtocolMetadata',
  'queryLocationByProtocol',
  'queryUserByProtocol',
  'deleteRoomKeysVersion',
  'getRoomKeyBySessionId',
  'federation queryInfo',
  // Content without a login is frozen.
  'getContent',
  'getContentOverrideName',
  'getContentThumbnail',
  // The room does not take it.
  'knockRoom',
  'kick',
  'federation makeKnock',
  'federation sendKnock',
  // For rooms of versions 1 and 2 alone.
  'federation sendInviteV1',
])
