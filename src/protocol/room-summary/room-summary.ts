// What is told of a room to those who are not in it: in directories, summaries and spaces, here and between servers. Face of the folder.
// spec: client-server-api, definitions/room_summary, #published-room-directory, modules/spaces.md

export { canAdmit, isOpenToAll } from './open-to.ts'
export { type ChildLink, childJson, childOf, inOrder, readChild, type SpaceRoom, spaceRoomJson } from './space-child.ts'
export {
  publicRoomJson,
  type RoomSummary,
  readSummary,
  type SummaryState,
  summaryJson,
  summaryKeys,
  summaryOf,
} from './summary.ts'
