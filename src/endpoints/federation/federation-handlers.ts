// The handlers of what other servers ask, but for those of keys, media and profiles, which are listed with their areas.
// spec: server-server-api

import type { Handler } from '../handler.ts'
import { handleBackfillRoom } from './backfill-room.ts'
import { handleBulkPerspectivesKeyQuery } from './bulk-perspectives-key-query.ts'
import type { WithClock, WithFederationAddress, WithInbound, WithRooms, WithTransport } from './federation-modules.ts'
import { handleGetEvent } from './get-event.ts'
import { handleGetEventAuth } from './get-event-auth.ts'
import { handleGetEventByTimestamp } from './get-event-by-timestamp.ts'
import { handleGetMissingPreviousEvents } from './get-missing-previous-events.ts'
import { handleGetPublicRooms, handleQueryPublicRooms } from './get-public-rooms.ts'
import { handleGetRoomState, handleGetRoomStateIds } from './get-room-state.ts'
import { handleGetServerKey } from './get-server-key.ts'
import { handleGetSpaceHierarchy } from './get-space-hierarchy.ts'
import { handleGetVersion } from './get-version.ts'
import { handleGetWellKnown } from './get-well-known.ts'
import { handleMakeJoin } from './make-join.ts'
import { handleMakeKnock } from './make-knock.ts'
import { handleMakeLeave } from './make-leave.ts'
import { handlePerspectivesKeyQuery } from './perspectives-key-query.ts'
import { handleQueryInfo } from './query-info.ts'
import { handleQueryRoomDirectory } from './query-room-directory.ts'
import { handleSendInviteV1, handleSendInviteV2 } from './send-invite.ts'
import { handleSendJoinV1, handleSendJoinV2 } from './send-join.ts'
import { handleSendKnock } from './send-knock.ts'
import { handleSendLeaveV1, handleSendLeaveV2 } from './send-leave.ts'
import { handleSendTransaction } from './send-transaction.ts'

export const federationHandlers: readonly Handler<
  WithClock & WithFederationAddress & WithInbound & WithRooms & WithTransport
>[] = [
  handleBackfillRoom,
  handleBulkPerspectivesKeyQuery,
  handleGetEvent,
  handleGetEventAuth,
  handleGetEventByTimestamp,
  handleGetMissingPreviousEvents,
  handleGetPublicRooms,
  handleGetRoomState,
  handleGetRoomStateIds,
  handleGetServerKey,
  handleGetSpaceHierarchy,
  handleGetVersion,
  handleGetWellKnown,
  handleMakeJoin,
  handleMakeKnock,
  handleMakeLeave,
  handlePerspectivesKeyQuery,
  handleQueryInfo,
  handleQueryPublicRooms,
  handleQueryRoomDirectory,
  handleSendInviteV1,
  handleSendInviteV2,
  handleSendJoinV1,
  handleSendJoinV2,
  handleSendKnock,
  handleSendLeaveV1,
  handleSendLeaveV2,
  handleSendTransaction,
]
