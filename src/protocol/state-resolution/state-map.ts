// A room state as event IDs by key, and the key.
// spec: rooms/v2 #state-resolution (definitions: unconflicted state map)

import type { EventId } from '#protocol/identifiers/identifiers.ts'

/** `type`, NUL, `state_key`: made by `stateKeyOf`, never by hand. */
export type StateMap = ReadonlyMap<string, EventId>

/** The one thing that resolving asks of an unconflicted state, so that a persistent map need not be copied. */
export interface StateLookup {
  get(key: string): EventId | undefined
}

/**
 * The key of a piece of state. Two different pieces never share a key: NUL, legal in a JSON string, is escaped in the type, so the
 * first NUL always ends the type. Otherwise a stranger could make an event of an odd type that stands in for another one.
 */
export function stateKeyOf(type: string, stateKey: string): string {
  return `${needsEscape(type) ? escapeType(type) : type}\0${stateKey}`
}

export function splitStateKey(key: string): { readonly type: string; readonly stateKey: string } {
  const end = key.indexOf('\0')
  return { type: unescapeType(key.slice(0, end)), stateKey: key.slice(end + 1) }
}

const needsEscape = (type: string): boolean => type.includes('\0') || type.includes('\u0001')
const escapeType = (type: string): string => type.replaceAll('\u0001', '\u0001\u0001').replaceAll('\0', '\u0001\u0002')
const unescapeType = (type: string): string =>
  type.includes('\u0001')
    ? type
        .split('\u0001\u0001')
        .map((part) => part.replaceAll('\u0001\u0002', '\0'))
        .join('\u0001')
    : type
