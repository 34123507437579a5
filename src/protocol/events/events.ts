// Events: read from the wire, from the store, or built and signed by us. Face of the folder.
// spec: server-server-api #pdus, #signing-events; rooms/v1, v3, v4, v6, v11, v12 (event format)

export type { BuildParts, BuiltEvent, EventDraft } from './build-event.ts'
export { buildEvent } from './build-event.ts'
export { contentHash, eventIdOf, referenceHash, roomIdOfCreate, verifyContentHash } from './event-hashes.ts'
export { essentialJson, eventJson } from './event-texts.ts'
export { hashAndSign } from './hash-and-sign.ts'
export type { ParsedPdu, PduRefusal } from './parse-pdu.ts'
export { MAX_EVENT_DEPTH, parsePdu } from './parse-pdu.ts'
export { redactEvent } from './redact-event.ts'
export { requiredSigners } from './required-signers.ts'
export type { Pdu, RoomEvent, StateView } from './room-event.ts'
export { eventFromStored } from './stored-event.ts'
