// Room aliases.
// spec: appendices #room-aliases

import type { RoomAlias, ServerName } from './identifier-types.ts'
import { isLocalpartAndServer, localpart, serverPart } from './localpart-and-server.ts'

export function parseRoomAlias(text: string): RoomAlias | undefined {
  return isLocalpartAndServer(text, '#') && localpart(text) !== '' ? (text as RoomAlias) : undefined
}

export const serverOfAlias = (alias: RoomAlias): ServerName => serverPart(alias)

export const localpartOfAlias = (alias: RoomAlias): string => localpart(alias)
