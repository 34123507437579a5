// The real server with people in rooms.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ClientApi } from '../server/client-api.ts'
import { nextTransaction, openDatabaseOf } from '../server/database-of.ts'
import { makeCrowd } from '../server/people-and-rooms.ts'
import { startSamband } from '../server/samband-server.ts'
import { crowd, type Subject } from './subject.ts'

/** @param nodeOptions for the server's Node, such as `--cpu-prof` */
export async function startSambandSubject(nodeOptions: readonly string[]): Promise<Subject> {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-send-'))
  const server = await startSamband({ dataFolder: folder, nodeOptions })
  try {
    const targets = await makeCrowd(new ClientApi(server.address), crowd)
    const connections = await openDatabaseOf(path.join(folder, 'data'))
    return {
      name: 'samband',
      address: server.address,
      host: server.serverName,
      targets,
      nodePid: server.pid,
      databasePid: server.databasePid,
      nextTransaction: () => nextTransaction(connections),
      stop: async () => {
        await connections.close()
        await server.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
