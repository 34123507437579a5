// Which servers a room lets in. Face of the folder.
// spec: m.room.server_acl; client-server-api/modules/server_acls.md; server-server-api #server-access-control-lists-acls

import { compileGlob, type Glob } from '#protocol/glob/glob.ts'
import { addressOf, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, booleanAt, type JsonObject } from '#protocol/json/json.ts'

/** Why a server is let in or not: the rules of `m.room.server_acl`, by name. */
export type AclVerdict =
  | { readonly allowed: true; readonly rule: 'acl/none' | 'acl/allowed' }
  | { readonly allowed: false; readonly rule: 'acl/ip-literal' | 'acl/denied' | 'acl/not-allowed' }

/** A compiled list, to be kept with the room's state: a room may have thousands of entries and ask at each transaction. */
export interface ServerAcl {
  verdictFor(server: ServerName): AclVerdict
}

const noList: AclVerdict = { allowed: true, rule: 'acl/none' }
const ipLiteral: AclVerdict = { allowed: false, rule: 'acl/ip-literal' }
const denied: AclVerdict = { allowed: false, rule: 'acl/denied' }
const allowed: AclVerdict = { allowed: true, rule: 'acl/allowed' }
const notAllowed: AclVerdict = { allowed: false, rule: 'acl/not-allowed' }

/**
 * Compiles the content of the room's `m.room.server_acl` event; undefined: the room has none, and every server is let in.
 * Members of a wrong type count as missing, entries that are no strings are passed over: an empty content lets nobody in.
 */
export function compileServerAcl(content: JsonObject | undefined): ServerAcl {
  if (content === undefined) return { verdictFor: () => noList } // 1
  const ipLiterals = booleanAt(content, 'allow_ip_literals') ?? true
  const deny = compileNames(arrayAt(content, 'deny') ?? [])
  const allow = compileNames(arrayAt(content, 'allow') ?? [])
  return {
    verdictFor(server) {
      const { host, isIp } = hostOf(server)
      if (isIp && !ipLiterals) return ipLiteral // 2
      if (deny(host)) return denied // 3
      return allow(host) ? allowed : notAllowed // 4, 5
    },
  }
}

/** The name without its port, in lower case; an IPv6 literal keeps its brackets, as in server names. */
function hostOf(server: ServerName): { host: string; isIp: boolean } {
  const { kind, host } = addressOf(server)
  const written = kind === 'ipv6' ? `[${host}]` : host
  return { host: written.toLowerCase(), isIp: kind !== 'dns' }
}

/** Plain names are looked up, only patterns are tried one after the other. */
function compileNames(entries: readonly unknown[]): (host: string) => boolean {
  const plain = new Set<string>()
  const patterns: Glob[] = []
  for (const entry of entries) {
    if (typeof entry !== 'string') continue
    if (/[*?]/.test(entry)) patterns.push(compileGlob(entry, { ignoreCase: true }))
    else plain.add(entry.toLowerCase())
  }
  return (host) => plain.has(host) || patterns.some((pattern) => pattern.matches(host))
}
