// Secrets that we hand out: random, opaque, and kept only as SHA-256.
// spec: client-server-api #using-access-tokens

import { hash, timingSafeEqual } from 'node:crypto'
import type { Random } from '#platform/random/random.ts'

/** The prefix says what leaked when one is found in a log or a repository. */
const prefixes = { access: 'sbat_', refresh: 'sbrt_', login: 'sblt_', openid: 'sbot_', email: 'sbet_' } as const

/** 256 bits. */
const SECRET_LENGTH = 43

/** A longer text is no token of ours: it is not worth hashing. */
const MAX_TOKEN_LENGTH = 256

export interface SecretToken {
  readonly token: string
  readonly hash: string
}

export function makeToken(kind: keyof typeof prefixes, random: Random): SecretToken {
  const token = prefixes[kind] + random.text(SECRET_LENGTH)
  return { token, hash: hashOf(token) }
}

/** SHA-256 in unpadded URL-safe base64. The secrets have 256 bits, so a slow hash would add nothing. */
export const hashOf = (token: string): string => hash('sha256', token, 'base64url')

/** Whether a token has this hash. It takes as long for a near miss as for any other. */
export const hasHash = (token: string, hash: string): boolean =>
  isTokenLike(token) && timingSafeEqual(Buffer.from(hashOf(token)), Buffer.from(hash))

export const isTokenLike = (token: string): boolean => token.length > 0 && token.length <= MAX_TOKEN_LENGTH
