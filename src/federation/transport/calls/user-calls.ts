// What accounts and end-to-end encryption ask other servers: profiles, devices and keys.
// spec: server-server-api #querying-for-information, #device-management, #end-to-end-encryption

import type { DeviceId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { Outcome } from '../failure.ts'

export interface RemoteDevice {
  readonly deviceId: DeviceId
  /** Raw device keys: signatures are the device's own and are checked by the clients. */
  readonly keys: JsonObject
  readonly displayName: string | undefined
}

/** At most 10,000 devices. */
export interface RemoteDevices {
  readonly userId: UserId
  readonly streamId: number
  readonly devices: readonly RemoteDevice[]
  readonly masterKey: JsonObject | undefined
  readonly selfSigningKey: JsonObject | undefined
}

/** By user, then device. Only users of the asked server that were asked for are in it. */
export interface UserKeys {
  readonly deviceKeys: ReadonlyMap<UserId, ReadonlyMap<DeviceId, JsonObject>>
  readonly masterKeys: ReadonlyMap<UserId, JsonObject>
  readonly selfSigningKeys: ReadonlyMap<UserId, JsonObject>
}

/** By user, device: the algorithm wanted. */
export type KeyClaims = ReadonlyMap<UserId, ReadonlyMap<DeviceId, string>>

export interface UserCalls {
  /** Every member of the profile, or `field` alone. 64 KiB. */
  queryProfile(
    to: ServerName,
    asked: { readonly userId: UserId; readonly field?: string },
    signal?: AbortSignal,
  ): Promise<Outcome<JsonObject>>
  getUserDevices(to: ServerName, userId: UserId, signal?: AbortSignal): Promise<Outcome<RemoteDevices>>
  /** An empty list of devices asks for all. `timeout` at most 10 s unless told. */
  queryUserKeys(
    to: ServerName,
    asked: ReadonlyMap<UserId, readonly DeviceId[]>,
    options?: { readonly timeout?: number; readonly signal?: AbortSignal },
  ): Promise<Outcome<UserKeys>>
  /** Answer by user, device: `{ '<algorithm>:<key id>': key }`. */
  claimUserKeys(
    to: ServerName,
    claims: KeyClaims,
    options?: { readonly timeout?: number; readonly signal?: AbortSignal },
  ): Promise<Outcome<ReadonlyMap<UserId, ReadonlyMap<DeviceId, JsonObject>>>>
}
