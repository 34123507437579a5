// Relationships between events: replies, edits, threads, references, annotations. Face of the folder.
// spec: client-server-api #forming-relationships-between-events

export type { Bundle, BundledRelType, ThreadSummary } from './bundle.ts'
export { bundledRelTypes, bundleJson, mayBundle, participates } from './bundle.ts'
export type { EditRule, EditVerdict } from './edits.ts'
export { editVerdict, newestEdit } from './edits.ts'
export type { Relation, Reply } from './relation.ts'
export { relationOf, replyOf } from './relation.ts'
export { canBeThreadRoot, maxHopsToThread, refusalOfRelation, threadOf } from './threads.ts'
