// The shape of a room version.
// spec: rooms/ (v1 to v12)

export type RoomVersionId = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '10' | '11' | '12'

/** What differs between room versions. Each flag is frozen with its version: servers with different rules split a room. */
export interface RoomVersion {
  readonly id: RoomVersionId
  /** `field`: the event ID is a member of the PDU (v1, v2). `hash`: reference hash in standard base64 (v3). `hash-url-safe`: since v4. */
  readonly eventIdFormat: 'field' | 'hash' | 'hash-url-safe'
  readonly stateResolution: 'v1' | 'v2' | 'v2.1'
  /** Since v5: a signing key must be valid at the event's `origin_server_ts`. */
  readonly enforceKeyValidity: boolean
  /** Since v6: integers only, in ±(2^53−1). */
  readonly strictCanonicalJson: boolean
  /** Until v5: `m.room.aliases` has an authorization rule and a redaction rule of its own. */
  readonly specialAliases: boolean
  /** Since v6: changes of `notifications` levels are authorized. */
  readonly authorizeNotificationLevels: boolean
  /** Until v2: a redaction is authorized by the rules (since v3: checked when it is applied). */
  readonly authorizeRedactions: boolean
  readonly knocking: boolean
  readonly restrictedJoin: boolean
  readonly knockRestrictedJoin: boolean
  /** Since v10: power levels must be integers. */
  readonly integerPowerLevels: boolean
  readonly redaction: RedactionRules
  /** Since v11: the creator is the sender of the create event, `content.creator` is gone. */
  readonly creatorIsSender: boolean
  /** Since v11: `redacts` is a member of the content of m.room.redaction. */
  readonly redactsInContent: boolean
  /** Since v12: the room ID is the hash of the create event, which has no `room_id` and is never among the auth events. */
  readonly roomIdIsCreateHash: boolean
  /** Since v12: creators outrank every integer. */
  readonly creatorsOutrank: boolean
}

/** Which members survive a redaction. Top-level members, and members of content by event type. */
export interface RedactionRules {
  readonly topLevel: readonly string[]
  /** `'*'` keeps the whole content; a dotted name keeps one member of an object (`third_party_invite.signed`). */
  readonly content: { readonly [eventType: string]: '*' | readonly string[] }
}
