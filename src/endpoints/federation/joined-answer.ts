// What a server that has joined is given: the state before its join, and everything that state stands on.
// spec: server-server-api, PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}

import { pduText, type TakenJoin } from '#rooms/rooms.ts'
import { jsonList } from './events-answer.ts'

/** `omits`: the asking server said `omit_members`. Only then what is in `state` may be left out of `auth_chain`; others look for it there. */
export function joinedText({ event, state, authChain, servers }: TakenJoin, omits = false): string {
  const inState = new Set(omits ? state.map(({ nid }) => nid) : [])
  const chain = jsonList(authChain.filter(({ nid }) => !inState.has(nid)).map(pduText))
  const names = JSON.stringify(servers)
  const members = `"members_omitted":false,"servers_in_room":${names}`
  return `{"auth_chain":${chain},"event":${event.json},${members},"state":${jsonList(state.map(pduText))}}`
}
