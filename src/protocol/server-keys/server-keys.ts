// The keys that servers publish: read, verified, and our own. Face of the folder.
// spec: server-server-api #retrieving-server-keys

export type { NotaryParts } from './notary-response.ts'
export { buildNotaryResponse, readNotaryResponse } from './notary-response.ts'
export type { OldKey, OwnKeys } from './own-keys.ts'
export { buildServerKeys } from './own-keys.ts'
export type { ReadParts, ReadServerKeys, ServerKeys } from './read-server-keys.ts'
export { MAX_KEY_VALIDITY_MS, readServerKeys } from './read-server-keys.ts'
