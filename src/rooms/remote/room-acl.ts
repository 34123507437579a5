// Does the room let a server in?
// spec: server-server-api #server-access-control-lists-acls

import { forbidden, type MatrixError } from '#protocol/errors/errors.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { compileServerAcl } from '#protocol/server-acl/server-acl.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'

/** @throws 403 `acl/…` */
export async function refuseUnlessAclAllows(engine: Engine, room: HotRoom, server: ServerName): Promise<void> {
  const refusal = await aclRefusal(engine, room, server)
  if (refusal) throw refusal
}

export async function aclRefusal(engine: Engine, room: HotRoom, server: ServerName): Promise<MatrixError | undefined> {
  const { state } = room.committed
  const events = state && (await engine.stateEventsAt(state, [{ type: 'm.room.server_acl', stateKey: '' }]))
  const verdict = compileServerAcl(events?.get('m.room.server_acl', '')?.content).verdictFor(server)
  if (verdict.allowed) return undefined
  return forbidden(verdict.rule, 'The room does not let this server in. Ask those who run the room.')
}
