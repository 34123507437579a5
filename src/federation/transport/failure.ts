// What can go wrong when another server is asked, as values. Another server's words are never ours: only its code and status are kept.
// spec: server-server-api #api-standards; client-server-api #standard-error-response

import type { Milliseconds } from '#platform/clock/clock.ts'
import { connectionFailed, MatrixError } from '#protocol/errors/errors.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'

/** No answer was had. */
export interface Unreachable {
  readonly kind: 'unreachable'
  readonly destination: ServerName
  /**
   * `away`: known to be away, nothing was sent. `name`: no address found. `address`: every address is of a kind that is not allowed.
   * `connection`: refused, reset or certificate refused. `timeout`: silent. `busy`: too many requests wait for it. `cancelled`: by our caller.
   */
  readonly reason: 'away' | 'name' | 'address' | 'connection' | 'timeout' | 'busy' | 'cancelled'
  /** When it will be asked again (wall clock, ms), if known. */
  readonly retryAt?: Milliseconds
}

/** It answered, and said no. */
export interface RemoteRefused {
  readonly kind: 'refused'
  readonly destination: ServerName
  readonly status: number
  /** Its errcode when it has the form of one, else undefined. */
  readonly errcode: string | undefined
  /** With `M_LIMIT_EXCEEDED`: how long it asks us to wait. */
  readonly retryAfter?: Milliseconds
  /** With `M_INCOMPATIBLE_ROOM_VERSION`: the version of the room. */
  readonly roomVersion?: string
}

/** It answered something that is not what the specification promises, or more than we take. */
export interface BadAnswer {
  readonly kind: 'bad-answer'
  readonly destination: ServerName
  /** For our log: which rule the answer broke. Our words, never the other server's. */
  readonly reason: string
}

export type Failure = Unreachable | RemoteRefused | BadAnswer

/** The answer of another server, or why there is none. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure }

export const succeeded = <Value>(value: Value): Outcome<Value> => ({ ok: true, value })
export const failed = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({ ok: false, failure })
export const badAnswer = (destination: ServerName, reason: string) =>
  failed({ kind: 'bad-answer', destination, reason })

/** Refusals that mean the same to our client as to us: the errcode is kept, the sentence is ours. */
const told: { readonly [errcode: string]: { readonly status: number; readonly message: string } } = {
  M_FORBIDDEN: {
    status: 403,
    message: 'The other server does not allow this. Ask someone in the room, or its operator.',
  },
  M_NOT_FOUND: { status: 404, message: 'The other server does not know what was asked for. Check the address.' },
  M_UNABLE_TO_AUTHORISE_JOIN: {
    status: 400,
    message: 'The other server cannot check the conditions for joining. Try through another server in the room.',
  },
  M_INVITE_BLOCKED: { status: 403, message: 'This person does not accept invitations. Reach them another way.' },
  M_UNABLE_TO_GRANT_JOIN: {
    status: 400,
    message: 'The other server cannot let anyone into the room. Try through another server in the room.',
  },
}

/**
 * The failure as an error for our client: 403 and 404 keep their meaning, everything else is 502 `M_UNKNOWN`.
 * spec: server-server-api, `M_MISSING_PARAM` and `M_INVALID_PARAM` of another server are our fault and become a 5xx.
 */
export function matrixErrorOf(failure: Failure): MatrixError {
  const { destination } = failure
  if (failure.kind === 'unreachable')
    return connectionFailed(`The server ${destination} does not answer. Try again later.`)
  if (failure.kind === 'bad-answer') {
    return connectionFailed(`The server ${destination} gave an answer that is not valid. Tell its operator.`)
  }
  if (failure.errcode === 'M_INCOMPATIBLE_ROOM_VERSION') return incompatible(failure)
  const known = failure.errcode === undefined ? undefined : told[failure.errcode]
  if (known) return new MatrixError({ ...known, errcode: failure.errcode ?? 'M_UNKNOWN' })
  return connectionFailed(`The server ${destination} refused the request. Try again later, or through another server.`)
}

const incompatible = (failure: RemoteRefused) =>
  new MatrixError({
    status: 400,
    errcode: 'M_INCOMPATIBLE_ROOM_VERSION',
    message: 'The room has a version that this server does not support.',
    extra: failure.roomVersion === undefined ? {} : { room_version: failure.roomVersion },
  })
