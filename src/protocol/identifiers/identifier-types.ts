// The branded types of identifiers: a string becomes one only through its parser.
// spec: appendices #identifier-grammar

export type ServerName = string & { readonly __brand: 'ServerName' }
export type UserId = string & { readonly __brand: 'UserId' }
export type RoomId = string & { readonly __brand: 'RoomId' }
export type EventId = string & { readonly __brand: 'EventId' }
export type RoomAlias = string & { readonly __brand: 'RoomAlias' }
export type DeviceId = string & { readonly __brand: 'DeviceId' }
/** `ed25519:<version>`. */
export type KeyId = string & { readonly __brand: 'KeyId' }
