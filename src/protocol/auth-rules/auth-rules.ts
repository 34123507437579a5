// Authorization rules of all room versions: may this event stand in this room? Pure. Face of the folder.
// spec: rooms/v1 to v12 #authorization-rules, server-server-api #authorization-rules

export { type AuthorizeContext, authorize } from './authorize.ts'
export { authorizeAuthEvents, type KnownAuthEvent } from './own-auth-events.ts'
export { mayRedact } from './redaction-event.ts'
export type { SignatureCheck } from './room-at-event.ts'
export { isCreateEventOf } from './room-exists.ts'
export type { Verdict } from './verdict.ts'
