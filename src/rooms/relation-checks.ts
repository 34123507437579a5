// What our users may not send although the rules of the room allow it: relationships that make no sense, and saying the same twice.
// spec: client-server-api/modules/threading.md, modules/event_annotations.md (M_DUPLICATE_ANNOTATION)

import { duplicateAnnotation } from '#protocol/errors/errors.ts'
import { refusalOfRelation, relationOf } from '#protocol/relations/relations.ts'
import type { Draft } from './draft.ts'
import type { Engine } from './room/engine.ts'
import type { HotRoom } from './room/hot-room.ts'
import { sameAnnotation } from './store/read-room.ts'

/** Inside the room's turn. @throws 400 `M_UNKNOWN` for a thread within a thread, 400 `M_DUPLICATE_ANNOTATION`. */
export async function refuseBadRelation(engine: Engine, room: HotRoom, draft: Draft): Promise<void> {
  const relation = draft.stateKey === undefined ? relationOf(draft.content) : undefined
  if (relation?.relType === 'm.thread') {
    const parent = (await engine.log.byId(relation.parent))?.event
    const refusal = refusalOfRelation(draft.content, parent?.roomId === room.head.roomId ? parent : undefined)
    if (refusal) throw refusal
  }
  if (relation?.relType === 'm.annotation' && relation.key !== undefined) {
    // What is on its way to the disk may be the same annotation.
    if (room.pending > 0) await room.lastCommit
    const { roomNid } = room.head
    const { database } = engine.parts
    const same = await database.one(sameAnnotation, roomNid, relation.parent, draft.sender, draft.type, relation.key)
    if (same) throw duplicateAnnotation('You have said this about the event already.')
  }
}
