// A pusher: the app on one device that a push gateway wakes, and what a client may say of it.
// spec: client-server-api, POST /_matrix/client/v3/pushers/set; MSC3881 (`enabled`, `device_id`)

import { badJson, invalidParam, missingParam } from '#protocol/errors/errors.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, member, stringAt } from '#protocol/json/json.ts'
import { utf8Length } from '#protocol/size-limits/size-limits.ts'
import type { PusherRow } from './store/pushers.ts'

export interface Pusher {
  readonly userId: UserId
  readonly appId: string
  readonly pushkey: string
  readonly appDisplayName: string
  readonly deviceDisplayName: string
  readonly profileTag: string | undefined
  readonly lang: string
  /** As the client gave it, `url` included. */
  readonly data: JsonObject
  readonly enabled: boolean
  readonly deviceId: DeviceId
  /** Milliseconds since 1970. */
  readonly updatedAt: number
}

/** What a client may set; the rest is the server's. */
export type PusherWishes = Omit<Pusher, 'userId' | 'deviceId' | 'updatedAt'>

/** "Max length, 512 bytes." */
const MAX_PUSHKEY_BYTES = 512
/** "Max length, 64 chars." */
const MAX_APP_ID_LENGTH = 64
/** Names, language and tag are shown to people. */
const MAX_NAME_BYTES = 1024
/** Sent with every push: a template for the notification, not a document. */
const MAX_DATA_BYTES = 8192
const MAX_URL_LENGTH = 2048
/** "MUST be an HTTPS URL with a path of …" */
const GATEWAY_PATH = '/_matrix/push/v1/notify'

/** The name that clients use for `enabled` until the proposal is in the specification, and for `device_id`. */
const UNSTABLE_ENABLED = 'org.matrix.msc3881.enabled'
const UNSTABLE_DEVICE = 'org.matrix.msc3881.device_id'

/** `app_id` and `pushkey`, which name a pusher of a user. @throws `M_INVALID_PARAM`, `M_MISSING_PARAM` */
export function pusherKeyOf(body: JsonObject): { readonly appId: string; readonly pushkey: string } {
  const appId = required(body, 'app_id')
  const pushkey = required(body, 'pushkey')
  if (appId.length > MAX_APP_ID_LENGTH) {
    throw invalidParam(`\`app_id\` is too long. Use at most ${MAX_APP_ID_LENGTH} characters.`)
  }
  if (utf8Length(pushkey) > MAX_PUSHKEY_BYTES) {
    throw invalidParam(`\`pushkey\` is too long. Use at most ${MAX_PUSHKEY_BYTES} bytes.`)
  }
  return { appId, pushkey }
}

/** What the body of `POST /pushers/set` asks for. @throws `M_INVALID_PARAM`, `M_MISSING_PARAM`, `M_BAD_JSON` */
export function pusherWishesOf(body: JsonObject): PusherWishes {
  const kind = member(body, 'kind')
  if (kind === 'email') {
    throw invalidParam('This server sends no e-mail about messages. Use a pusher of the kind "http".')
  }
  if (kind !== 'http') throw invalidParam('This kind of pusher is not known here. Use "http", or null to delete one.')
  const tag = stringAt(body, 'profile_tag')
  return {
    ...pusherKeyOf(body),
    appDisplayName: shortText(body, 'app_display_name'),
    deviceDisplayName: shortText(body, 'device_display_name'),
    profileTag: tag === undefined ? undefined : shortText(body, 'profile_tag'),
    lang: shortText(body, 'lang'),
    data: dataOf(body),
    enabled: enabledOf(body),
  }
}

/** As `GET /pushers` shows it. */
export function pusherOnTheWire(pusher: Pusher) {
  return {
    app_id: pusher.appId,
    pushkey: pusher.pushkey,
    kind: 'http',
    app_display_name: pusher.appDisplayName,
    device_display_name: pusher.deviceDisplayName,
    ...(pusher.profileTag !== undefined && { profile_tag: pusher.profileTag }),
    lang: pusher.lang,
    data: pusher.data,
    enabled: pusher.enabled,
    [UNSTABLE_ENABLED]: pusher.enabled,
    device_id: pusher.deviceId,
    [UNSTABLE_DEVICE]: pusher.deviceId,
  }
}

export const pusherFromRow = (row: PusherRow): Pusher => ({
  userId: row.user_id as UserId,
  appId: row.app_id,
  pushkey: row.pushkey,
  appDisplayName: row.app_display_name,
  deviceDisplayName: row.device_display_name,
  profileTag: row.profile_tag ?? undefined,
  lang: row.lang,
  data: JSON.parse(row.data) as JsonObject, // our own text
  enabled: row.enabled,
  deviceId: row.device_id as DeviceId,
  updatedAt: row.updated_at,
})

/** Where the pusher's gateway is; undefined only for what `dataOf` would have refused. */
export const gatewayOf = ({ data }: Pick<Pusher, 'data'>): URL | undefined =>
  URL.parse(stringAt(data, 'url') ?? '') ?? undefined

function dataOf(body: JsonObject): JsonObject {
  const data = member(body, 'data')
  if (data === undefined) throw missingParam('`data` is missing. Send an object with the `url` of your push gateway.')
  if (!isObject(data)) throw badJson('`data` must be an object.')
  if (utf8Length(JSON.stringify(data)) > MAX_DATA_BYTES) {
    throw invalidParam(`\`data\` is too large. Use at most ${MAX_DATA_BYTES} bytes.`)
  }
  const text = stringAt(data, 'url')
  if (text === undefined) throw missingParam('`data.url` is missing. Send the URL of your push gateway.')
  const url = text.length > MAX_URL_LENGTH ? null : URL.parse(text)
  const isGateway = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === ''
  if (!isGateway || url.pathname !== GATEWAY_PATH) {
    throw invalidParam(`\`data.url\` must be an https URL with the path ${GATEWAY_PATH}.`)
  }
  return data
}

function enabledOf(body: JsonObject): boolean {
  const enabled: Json | undefined = member(body, 'enabled') ?? member(body, UNSTABLE_ENABLED) ?? true
  if (typeof enabled !== 'boolean') throw badJson('`enabled` must be true or false.')
  return enabled
}

function required(body: JsonObject, name: string): string {
  const value = member(body, name)
  if (value === undefined || value === null || value === '') throw missingParam(`\`${name}\` is missing or empty.`)
  if (typeof value !== 'string') throw badJson(`\`${name}\` must be a string.`)
  if (!value.isWellFormed() || value.includes('\0'))
    throw invalidParam(`\`${name}\` holds characters that are no text.`)
  return value
}

function shortText(body: JsonObject, name: string): string {
  const value = member(body, name)
  if (value === '') return value
  const text = required(body, name)
  if (utf8Length(text) > MAX_NAME_BYTES)
    throw invalidParam(`\`${name}\` is too long. Use at most ${MAX_NAME_BYTES} bytes.`)
  return text
}
