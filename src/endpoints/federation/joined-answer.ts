// What a server that has joined is given: the state before its join, and everything that state stands on.
// spec: server-server-api, PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}

import { pduText, type TakenJoin } from '#rooms/rooms.ts'
import { jsonList } from './events-answer.ts'

export function joinedText({ event, state, authChain, servers }: TakenJoin): string {
  const inState = new Set(state.map(({ nid }) => nid))
  // What is in `state` need not be said again in `auth_chain`.
  const chain = jsonList(authChain.filter(({ nid }) => !inState.has(nid)).map(pduText))
  const names = JSON.stringify(servers)
  const members = `"members_omitted":false,"servers_in_room":${names}`
  return `{"auth_chain":${chain},"event":${event.json},${members},"state":${jsonList(state.map(pduText))}}`
}
