// IDs of signing keys: algorithm and version.
// spec: appendices #signing-details; server-server-api #publishing-keys

import type { KeyId } from './identifier-types.ts'

const shape = /^ed25519:[A-Za-z0-9_]{1,247}$/

/** The ID of a server's Ed25519 key; undefined for other algorithms and for versions outside `[a-zA-Z0-9_]`. */
export const parseKeyId = (text: string): KeyId | undefined => (shape.test(text) ? (text as KeyId) : undefined)
