// A device by wire names.
// spec: client-server-api, definitions/client_device

import type { Device } from '#accounts/accounts.ts'

export const deviceAnswer = (device: Device) => ({
  device_id: device.deviceId,
  ...(device.displayName !== undefined && { display_name: device.displayName }),
  ...(device.lastSeenIp !== undefined && { last_seen_ip: device.lastSeenIp }),
  ...(device.lastSeenAt !== undefined && { last_seen_ts: device.lastSeenAt }),
})
