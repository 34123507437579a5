// Identifiers that mean nothing but themselves.
// spec: appendices #opaque-identifiers, #common-namespaced-identifier-grammar

import { fitsIn, MAX_IDENTIFIER_BYTES } from '#protocol/size-limits/size-limits.ts'
import type { DeviceId } from './identifier-types.ts'

const opaque = /^[0-9A-Za-z\-._~]{1,255}$/
const namespaced = /^[a-z][a-z0-9\-_.]{0,254}$/

/** The opaque identifier grammar, for identifiers that we make and for those that the specification binds to it. */
export const isOpaqueId = (text: string): boolean => opaque.test(text)

/** The common namespaced identifier grammar (`m.login.password`, `se.samband.rule`). */
export const isNamespacedId = (text: string): boolean => namespaced.test(text)

/**
 * A device ID. The specification gives it no grammar, and clients use base64 with `+` and `/` (dehydrated devices): anything
 * of 1 to 255 bytes without NUL, which PostgreSQL cannot store.
 */
export function parseDeviceId(text: string): DeviceId | undefined {
  return isStorable(text) ? (text as DeviceId) : undefined
}

/** A transaction ID of a client or server, which chooses it freely: 1 to 255 bytes without NUL. */
export const parseTransactionId = (text: string): string | undefined => (isStorable(text) ? text : undefined)

const isStorable = (text: string): boolean =>
  text !== '' && fitsIn(text, MAX_IDENTIFIER_BYTES) && text.isWellFormed() && !text.includes('\0')
