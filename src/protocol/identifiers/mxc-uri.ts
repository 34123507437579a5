// Addresses of content: mxc://server/media. A media ID never leaves its folder.
// spec: client-server-api #matrix-content-mxc-uris, #content-repo security considerations

import type { ServerName } from './identifier-types.ts'
import { parseServerName } from './server-name.ts'

export interface MxcUri {
  readonly serverName: ServerName
  readonly mediaId: string
}

const shape = /^mxc:\/\/([^/]+)\/([A-Za-z0-9_-]{1,255})$/

export function parseMxcUri(text: string): MxcUri | undefined {
  const match = shape.exec(text)
  if (match === null) return undefined
  const [, server = '', mediaId = ''] = match
  const serverName = parseServerName(server)
  return serverName === undefined ? undefined : { serverName, mediaId }
}

/** True for `A-Z a-z 0-9 _ -` only, at most 255 of them: anything else could climb out of a folder. */
export const isMediaId = (text: string): boolean => /^[A-Za-z0-9_-]{1,255}$/.test(text)

export const formatMxcUri = ({ serverName, mediaId }: MxcUri): string => `mxc://${serverName}/${mediaId}`
