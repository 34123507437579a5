// The unfinished text of an event.
// spec: client-server-api #room-event-format

/** The text of an event without `unsigned` and without the closing brace: `withUnsigned` completes it. */
export type EventPrefix = string & { readonly __brand: 'EventPrefix' }
