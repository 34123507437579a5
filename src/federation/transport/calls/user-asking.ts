// The calls about users, devices and keys. spec: server-server-api #querying-for-information, #device-management, #end-to-end-encryption

import {
  type DeviceId,
  parseDeviceId,
  parseUserId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { integerAt, isObject, type Json, type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import type { FederationClient } from '../client/client.ts'
import { path } from '../client/request-target.ts'
import type { Outcome } from '../failure.ts'
import { entriesAt, entriesOf, listAt, must, mustBeObject, readAs, wrong } from './answer-shape.ts'
import type { RemoteDevice, RemoteDevices, UserCalls, UserKeys } from './user-calls.ts'

/** "64 KiB per profile" (client-server-api #profiles), and what stands around it. */
const MAX_PROFILE_BYTES = 80 * 1024
/** A user with more devices than this is not using them. */
const MAX_DEVICES = 10_000
/** 10,000 devices of 1.6 KB. */
const MAX_DEVICES_BYTES = 16 << 20
/** Users in one answer; more were not asked for. */
const MAX_USERS = 10_000
const MAX_KEYS_BYTES = 32 << 20
/** Keys per device in one answer: one was asked for; some servers send a few. */
const MAX_KEYS_PER_DEVICE = 10
/** A client waits: "10 seconds is the recommended default" (client-server-api, /keys/query). */
const KEYS_TIMEOUT = 10_000

export function userCalls(client: FederationClient): UserCalls {
  return {
    queryProfile: async (to, { userId, field }, signal) =>
      await client.request({
        to,
        signal,
        method: 'GET',
        path: '/_matrix/federation/v1/query/profile',
        query: [
          ['user_id', userId],
          ['field', field],
        ],
        maxBytes: MAX_PROFILE_BYTES,
      }),

    getUserDevices: async (to, userId, signal) => {
      const target = path`/_matrix/federation/v1/user/devices/${userId}`
      const outcome = await client.request({ to, signal, method: 'GET', path: target, maxBytes: MAX_DEVICES_BYTES })
      return readAs(to, outcome, (answer) => readDevices(answer, userId))
    },

    queryUserKeys: async (to, asked, { timeout = KEYS_TIMEOUT, signal } = {}) => {
      const json = { device_keys: Object.fromEntries([...asked].map(([user, devices]) => [user, [...devices]])) }
      const outcome = await askKeys(client, 'query', { to, json, timeout, signal })
      return readAs(to, outcome, (answer) =>
        readUserKeys(answer, (user) => asked.has(user) && serverNameOf(user) === to),
      )
    },

    claimUserKeys: async (to, claims, { timeout = KEYS_TIMEOUT, signal } = {}) => {
      const json = {
        one_time_keys: Object.fromEntries([...claims].map(([user, keys]) => [user, Object.fromEntries(keys)])),
      }
      const outcome = await askKeys(client, 'claim', { to, json, timeout, signal })
      return readAs(to, outcome, (answer) => {
        const isAsked = (user: UserId, device: DeviceId) => claims.get(user)?.has(device) ?? false
        return readByDevice(answer, 'one_time_keys', isAsked, readClaimed)
      })
    },
  }
}

function askKeys(
  client: FederationClient,
  what: 'query' | 'claim',
  { json, ...call }: { to: ServerName; json: Json; timeout: number; signal: AbortSignal | undefined },
): Promise<Outcome<JsonObject>> {
  const target = path`/_matrix/federation/v1/user/keys/${what}`
  return client.request({ ...call, method: 'POST', path: target, body: { json }, maxBytes: MAX_KEYS_BYTES })
}

function readDevices(answer: JsonObject, asked: UserId): RemoteDevices {
  if (stringAt(answer, 'user_id') !== asked) wrong('The answer is about another user.')
  return {
    userId: asked,
    streamId: must(integerAt(answer, 'stream_id'), 'integer stream_id'),
    devices: listAt(answer, 'devices', MAX_DEVICES).map((item) => readDevice(mustBeObject(item, 'in devices'))),
    masterKey: objectAt(answer, 'master_key'),
    selfSigningKey: objectAt(answer, 'self_signing_key'),
  }
}

function readDevice(device: JsonObject): RemoteDevice {
  return {
    deviceId: must(parseDeviceId(stringAt(device, 'device_id') ?? ''), 'device ID in device_id'),
    keys: must(objectAt(device, 'keys'), 'object keys of a device'),
    displayName: stringAt(device, 'device_display_name'),
  }
}

function readUserKeys(answer: JsonObject, isAsked: (user: UserId) => boolean): UserKeys {
  return {
    deviceKeys: readByDevice(answer, 'device_keys', isAsked, (keys) => keys),
    masterKeys: readByUser(answer, 'master_keys', isAsked),
    selfSigningKeys: readByUser(answer, 'self_signing_keys', isAsked),
  }
}

/** Users that were not asked for are passed over: a server must not slip in keys of others. */
function readByUser(
  answer: JsonObject,
  key: string,
  isAsked: (user: UserId) => boolean,
): ReadonlyMap<UserId, JsonObject> {
  const found = new Map<UserId, JsonObject>()
  if (objectAt(answer, key) === undefined) return found
  for (const [name, value] of entriesAt(answer, key, MAX_USERS)) {
    const user = parseUserId(name)
    if (user !== undefined && isAsked(user) && isObject(value)) found.set(user, value)
  }
  return found
}

function readByDevice(
  answer: JsonObject,
  key: string,
  isAsked: (user: UserId, device: DeviceId) => boolean,
  read: (keys: JsonObject) => JsonObject,
): ReadonlyMap<UserId, ReadonlyMap<DeviceId, JsonObject>> {
  const found = new Map<UserId, Map<DeviceId, JsonObject>>()
  for (const [name, value] of entriesAt(answer, key, MAX_USERS)) {
    const user = parseUserId(name)
    if (user === undefined || !isObject(value)) continue
    const devices = new Map<DeviceId, JsonObject>()
    for (const [id, keys] of entriesOf(value, `${key} of a user`, MAX_DEVICES)) {
      const device = parseDeviceId(id)
      if (device !== undefined && isObject(keys) && isAsked(user, device)) devices.set(device, read(keys))
    }
    if (devices.size > 0) found.set(user, devices)
  }
  return found
}

function readClaimed(keys: JsonObject): JsonObject {
  for (const [, key] of entriesOf(keys, 'one_time_keys of a device', MAX_KEYS_PER_DEVICE)) {
    if (typeof key !== 'string' && !isObject(key)) wrong('A one-time key is neither text nor object.')
  }
  return keys
}
