// The handlers that find rooms, people and messages.
// spec: client-server-api #published-room-directory, modules/spaces.md, modules/search.md, #user-directory

import type { Handler } from '../handler.ts'
import { handleGetMutualRooms } from './get-mutual-rooms.ts'
import { handleGetPublicRooms } from './get-public-rooms.ts'
import { handleGetRoomSummary } from './get-room-summary.ts'
import { handleGetSpaceHierarchy } from './get-space-hierarchy.ts'
import { handleQueryPublicRooms } from './query-public-rooms.ts'
import type { WithDirectories } from './rooms-modules.ts'
import { handleSearch } from './search.ts'
import { handleSearchUserDirectory } from './search-user-directory.ts'

export const findingHandlers: readonly Handler<WithDirectories>[] = [
  handleGetPublicRooms,
  handleQueryPublicRooms,
  handleGetRoomSummary,
  handleGetSpaceHierarchy,
  handleSearch,
  handleSearchUserDirectory,
  handleGetMutualRooms,
]
