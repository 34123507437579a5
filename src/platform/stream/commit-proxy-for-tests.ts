// A line to PostgreSQL that breaks at the commit itself: before it reaches the server, or after, when only the answer is lost.
// spec: docs/architecture.md (tests)

import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Clock } from '#platform/clock/clock.ts'
import { type Connections, connectDatabase } from '#platform/database/database.ts'
import type { TestDatabase, TestScope } from '#platform/database/test-database.ts'

/** Bytes of the newest answers, in which the commit's is looked for; it is one of the last, however they are cut into pieces. */
const MOST_HEARD = 65_536

type Settings = TestDatabase['settings']

export class CommitProxy {
  /** Refuse everybody who comes. */
  closed = false
  /** Called as the line breaks. */
  onBreak = () => {}
  readonly #sockets = new Set<net.Socket>()
  #next: 'pass' | 'lose' | 'cut' = 'pass'
  #broken = Promise.withResolvers<void>()

  /** What happens to the next commit that passes: `lose` it, or pass it and `cut` off the answer. Then everything passes again. */
  set next(next: 'lose' | 'cut') {
    this.#next = next
    this.#broken = Promise.withResolvers()
  }

  /** Resolves when what `next` says has happened. */
  get broken(): Promise<void> {
    return this.#broken.promise
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Passes on what `client` says. */
  join(client: net.Socket, upstream: net.Socket): void {
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => void this.#sockets.delete(socket))
    }
    if (this.closed) client.destroy()
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.pipe(client)
    client.on('data', (bytes) => {
      if (this.#next === 'pass' || !bytes.includes('commit\0')) {
        upstream.write(bytes)
      } else if (this.#next === 'lose') {
        this.#break(client)
      } else {
        upstream.unpipe(client)
        upstream.write(bytes)
        // Nobody hears it; a server that meets a closed line before it has answered would roll back.
        let heard = ''
        upstream.on('data', (answer) => {
          heard = (heard + answer.toString('latin1')).slice(-MOST_HEARD)
          if (heard.includes('COMMIT\0')) this.#break(client)
        })
        upstream.resume()
      }
    })
  }

  #break(client: net.Socket): void {
    this.onBreak()
    this.#next = 'pass'
    client.destroy()
    this.#broken.resolve()
  }
}

/** Connections through a proxy. */
export async function proxied(
  scope: TestScope,
  settings: Settings,
  clock: Clock,
): Promise<{ proxy: CommitProxy; connections: Connections }> {
  if (!('host' in settings)) throw new Error('The proxy listens on a socket, and needs settings with a folder of one.')
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-proxy-'))
  const proxy = new CommitProxy()
  const server = net.createServer((client) => {
    proxy.join(client, net.connect(`${settings.host}/.s.PGSQL.${settings.port}`))
  })
  await new Promise<void>((resolve) => server.listen(path.join(folder, '.s.PGSQL.5432'), resolve))
  const connections = await connectDatabase({ ...settings, host: folder, port: 5432 }, { clock })
  scope.after(async () => {
    proxy.closed = false
    await connections.close()
    proxy.cutAll()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return { proxy, connections }
}
