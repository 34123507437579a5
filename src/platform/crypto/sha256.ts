// SHA-256 of texts. One call of Node's own one-shot hash: libsodium is not faster, and the copy into a buffer costs more.
// spec: server-server-api #calculating-the-content-hash-for-an-event

import { hash } from 'node:crypto'
import type { Base64 } from '#protocol/crypto/crypto.ts'

/** 32 bytes are 43 characters of base64 and one of padding. */
const DIGEST_LENGTH = 43

export const sha256 = (text: string): Base64 => hash('sha256', text, 'base64').slice(0, DIGEST_LENGTH)

export const sha256UrlSafe = (text: string): string => hash('sha256', text, 'base64url')
