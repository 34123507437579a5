// Matrix errors as values to throw: one function per errcode. A `rule` names the rule that said no, for the person who reads it.
// spec: client-server-api #api-standards (standard error response)

export interface MatrixErrorParts {
  readonly status: number
  readonly errcode: string
  /** A sentence that says what is wrong and what to do next. Never a secret, never another server's text. */
  readonly message: string
  /** `module/rule`, answered as `se.samband.rule`. */
  readonly rule?: string
  /** Further members of the error body, by their wire names (`retry_after_ms`, `soft_logout`, …). */
  readonly extra?: { readonly [key: string]: unknown }
}

export class MatrixError extends Error {
  readonly status: number
  readonly errcode: string
  readonly rule: string | undefined
  readonly extra: { readonly [key: string]: unknown }

  constructor(parts: MatrixErrorParts) {
    super(parts.message)
    this.name = 'MatrixError'
    this.status = parts.status
    this.errcode = parts.errcode
    this.rule = parts.rule
    this.extra = parts.extra ?? {}
  }

  /** The response body. */
  toJSON(): { [key: string]: unknown } {
    const rule = this.rule === undefined ? {} : { 'se.samband.rule': this.rule }
    return { errcode: this.errcode, error: this.message, ...this.extra, ...rule }
  }
}

const error = (status: number, errcode: string) => (message: string, extra?: MatrixErrorParts['extra']) =>
  new MatrixError({ status, errcode, message, extra })

/** 403 `M_FORBIDDEN`, with the rule that refused. */
export const forbidden = (rule: string, message: string) =>
  new MatrixError({ status: 403, errcode: 'M_FORBIDDEN', message, rule })

export const notFound = error(404, 'M_NOT_FOUND')
export const unrecognized = error(404, 'M_UNRECOGNIZED')
export const methodNotAllowed = error(405, 'M_UNRECOGNIZED')
export const badJson = error(400, 'M_BAD_JSON')
export const notJson = error(400, 'M_NOT_JSON')
export const missingParam = error(400, 'M_MISSING_PARAM')
export const invalidParam = error(400, 'M_INVALID_PARAM')
export const tooLarge = error(413, 'M_TOO_LARGE')
export const unknown = error(400, 'M_UNKNOWN')
export const missingToken = error(401, 'M_MISSING_TOKEN')
export const unknownToken = error(401, 'M_UNKNOWN_TOKEN')
export const unauthorized = error(401, 'M_UNAUTHORIZED')
export const userDeactivated = error(403, 'M_USER_DEACTIVATED')
export const userInUse = error(400, 'M_USER_IN_USE')
export const invalidUsername = error(400, 'M_INVALID_USERNAME')
export const weakPassword = error(400, 'M_WEAK_PASSWORD')
export const exclusive = error(400, 'M_EXCLUSIVE')
export const roomInUse = error(400, 'M_ROOM_IN_USE')
export const invalidRoomState = error(400, 'M_INVALID_ROOM_STATE')
export const unsupportedRoomVersion = error(400, 'M_UNSUPPORTED_ROOM_VERSION')
export const incompatibleRoomVersion = error(400, 'M_INCOMPATIBLE_ROOM_VERSION')
export const unableToAuthoriseJoin = error(400, 'M_UNABLE_TO_AUTHORISE_JOIN')
export const unableToGrantJoin = error(400, 'M_UNABLE_TO_GRANT_JOIN')
export const unknownPos = error(400, 'M_UNKNOWN_POS')
export const badState = error(400, 'M_BAD_STATE')
export const cannotLeaveServerNoticeRoom = error(403, 'M_CANNOT_LEAVE_SERVER_NOTICE_ROOM')
export const wrongRoomKeysVersion = error(403, 'M_WRONG_ROOM_KEYS_VERSION')
export const notYetUploaded = error(504, 'M_NOT_YET_UPLOADED')
export const cannotOverwriteMedia = error(409, 'M_CANNOT_OVERWRITE_MEDIA')
export const badAlias = error(400, 'M_BAD_ALIAS')
export const duplicateAnnotation = error(400, 'M_DUPLICATE_ANNOTATION')
export const userLocked = error(401, 'M_USER_LOCKED')
export const userSuspended = error(403, 'M_USER_SUSPENDED')
export const inviteBlocked = error(403, 'M_INVITE_BLOCKED')
export const profileTooLarge = error(400, 'M_PROFILE_TOO_LARGE')
export const keyTooLarge = error(400, 'M_KEY_TOO_LARGE')
export const threepidInUse = error(400, 'M_THREEPID_IN_USE')
export const threepidNotFound = error(400, 'M_THREEPID_NOT_FOUND')
export const threepidAuthFailed = error(403, 'M_THREEPID_AUTH_FAILED')
export const threepidDenied = error(403, 'M_THREEPID_DENIED')
export const threepidMediumNotSupported = error(400, 'M_THREEPID_MEDIUM_NOT_SUPPORTED')
export const serverNotTrusted = error(400, 'M_SERVER_NOT_TRUSTED')
export const connectionFailed = error(502, 'M_UNKNOWN')

/** 429, with the wait in milliseconds. The HTTP layer adds `Retry-After`. */
export const limitExceeded = (retryAfterMs: number) =>
  error(429, 'M_LIMIT_EXCEEDED')('Too many requests. Wait and try again.', { retry_after_ms: Math.ceil(retryAfterMs) })
