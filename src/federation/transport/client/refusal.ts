// Reads another server's refusal: the code, never the words.
// spec: client-server-api #standard-error-response; 429: definitions/errors/rate_limited

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { integerAt, isObject, type Json, stringAt } from '#protocol/json/json.ts'
import type { RemoteRefused } from '../failure.ts'

/** An errcode is a word in capitals. What else stands there could be a page of a proxy, or an attempt on our log. */
const errcodeShape = /^[A-Z][A-Z0-9_.]{0,63}$/
const versionShape = /^[A-Za-z0-9.-]{1,32}$/
/** Whatever it asks for, we come back within the hour. */
const MAX_RETRY_AFTER = 3_600_000

export function refusalOf(
  destination: ServerName,
  status: number,
  body: Json | undefined,
  retryAfterHeader: string | undefined,
): RemoteRefused {
  const members = isObject(body) ? body : {}
  const errcode = stringAt(members, 'errcode')
  const roomVersion = stringAt(members, 'room_version')
  const retryAfter = status === 429 ? retryAfterOf(integerAt(members, 'retry_after_ms'), retryAfterHeader) : undefined
  return {
    kind: 'refused',
    destination,
    status,
    errcode: errcode !== undefined && errcodeShape.test(errcode) ? errcode : undefined,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(roomVersion !== undefined && versionShape.test(roomVersion) && { roomVersion }),
  }
}

function retryAfterOf(milliseconds: number | undefined, header: string | undefined): number | undefined {
  const told = milliseconds ?? (header !== undefined && /^[0-9]{1,7}$/.test(header) ? Number(header) * 1000 : undefined)
  return told === undefined || told < 0 ? undefined : Math.min(told, MAX_RETRY_AFTER)
}

/** A 5xx without an errcode is not the server speaking but the proxy before it: the server is away. */
export const saysAway = (refusal: RemoteRefused): boolean =>
  (refusal.status === 502 || refusal.status === 503 || refusal.status === 504) && refusal.errcode === undefined
