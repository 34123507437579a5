// The handlers of rooms: making, entering and leaving them, what is said in them, their state and their addresses.
// spec: client-server-api #rooms, #events

import type { Handler } from '../handler.ts'
import { handleBan } from './ban.ts'
import { handleCreateRoom } from './create-room.ts'
import { handleDeleteRoomAlias } from './delete-room-alias.ts'
import { handleForgetRoom } from './forget-room.ts'
import { handleGetEventByTimestamp } from './get-event-by-timestamp.ts'
import { handleGetEventContext } from './get-event-context.ts'
import { handleGetJoinedMembersByRoom } from './get-joined-members-by-room.ts'
import { handleGetJoinedRooms } from './get-joined-rooms.ts'
import { handleGetLocalAliases } from './get-local-aliases.ts'
import { handleGetMembersByRoom } from './get-members-by-room.ts'
import { handleGetOneEvent } from './get-one-event.ts'
import { handleGetOneRoomEvent } from './get-one-room-event.ts'
import { handleGetRelatingEvents } from './get-relating-events.ts'
import { handleGetRelatingEventsWithRelType } from './get-relating-events-with-rel-type.ts'
import { handleGetRelatingEventsWithRelTypeAndEventType } from './get-relating-events-with-rel-type-and-event-type.ts'
import { handleGetRoomEvents } from './get-room-events.ts'
import { handleGetRoomIdByAlias } from './get-room-id-by-alias.ts'
import { handleGetRoomState } from './get-room-state.ts'
import { handleGetRoomStateWithKey } from './get-room-state-with-key.ts'
import { handleGetRoomVisibilityOnDirectory } from './get-room-visibility-on-directory.ts'
import { handleGetThreadRoots } from './get-thread-roots.ts'
import { handleInviteUser } from './invite-user.ts'
import { handleJoinRoom } from './join-room.ts'
import { handleJoinRoomById } from './join-room-by-id.ts'
import { handleKick } from './kick.ts'
import { handleKnockRoom } from './knock-room.ts'
import { handleLeaveRoom } from './leave-room.ts'
import { handleRedactEvent } from './redact-event.ts'
import { handleRoomInitialSync } from './room-initial-sync.ts'
import type { WithRooms } from './rooms-modules.ts'
import { handleSendMessage } from './send-message.ts'
import { handleSetRoomAlias } from './set-room-alias.ts'
import { handleSetRoomStateWithKey } from './set-room-state-with-key.ts'
import { handleSetRoomVisibilityOnDirectory } from './set-room-visibility-on-directory.ts'
import { handleUnban } from './unban.ts'
import { handleUpgradeRoom } from './upgrade-room.ts'

export const roomsHandlers: readonly Handler<WithRooms>[] = [
  handleCreateRoom,
  handleJoinRoom,
  handleJoinRoomById,
  handleKnockRoom,
  handleInviteUser,
  handleLeaveRoom,
  handleForgetRoom,
  handleKick,
  handleBan,
  handleUnban,
  handleGetJoinedRooms,
  handleGetJoinedMembersByRoom,
  handleGetMembersByRoom,
  handleGetRoomState,
  handleGetRoomStateWithKey,
  handleSetRoomStateWithKey,
  handleSendMessage,
  handleRedactEvent,
  handleGetRoomEvents,
  handleGetEventContext,
  handleGetOneRoomEvent,
  handleGetOneEvent,
  handleRoomInitialSync,
  handleGetRelatingEvents,
  handleGetRelatingEventsWithRelType,
  handleGetRelatingEventsWithRelTypeAndEventType,
  handleGetThreadRoots,
  handleGetEventByTimestamp,
  handleSetRoomAlias,
  handleGetRoomIdByAlias,
  handleDeleteRoomAlias,
  handleGetLocalAliases,
  handleGetRoomVisibilityOnDirectory,
  handleSetRoomVisibilityOnDirectory,
  handleUpgradeRoom,
]
