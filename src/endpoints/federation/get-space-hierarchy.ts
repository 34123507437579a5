// A room of ours and its children, for another server.
// spec: server-server-api, GET /_matrix/federation/v1/hierarchy/{roomId}

import { getSpaceHierarchy } from '#api/federation/get-space-hierarchy.ts'
import { spaceRoomJson, summaryJson } from '#protocol/room-summary/room-summary.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'

export const handleGetSpaceHierarchy = handler(
  getSpaceHierarchy,
  ({ rooms }: WithRooms) =>
    async ({ params, query, origin }) => {
      const asked = { roomId: params.roomId, server: origin, suggestedOnly: query.suggested_only ?? false }
      const { room, children, inaccessible } = await rooms.discovery.hierarchyForServer(asked)
      return {
        room: spaceRoomJson(room),
        children: children.map(summaryJson),
        inaccessible_children: [...inaccessible],
      }
    },
)
