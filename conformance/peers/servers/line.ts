// The line to one server, which can be cut: what other servers dial is a port of ours that hands bytes on. TLS passes through as it is.

import net from 'node:net'

export class Line {
  readonly port: number
  readonly #server: net.Server
  readonly #sockets: Set<net.Socket>
  readonly #state: { isCut: boolean; to: number }

  private constructor(server: net.Server, sockets: Set<net.Socket>, state: { isCut: boolean; to: number }) {
    this.#server = server
    this.#sockets = sockets
    this.#state = state
    this.port = (server.address() as net.AddressInfo).port
  }

  /** Leads nowhere before `leadTo`. */
  static async open(): Promise<Line> {
    const sockets = new Set<net.Socket>()
    const state = { isCut: true, to: 0 }
    const server = net.createServer((from) => {
      if (state.isCut) return from.destroy()
      const to = net.connect(state.to, '127.0.0.1')
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        sockets.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Line(server, sockets, state)
  }

  leadTo(port: number): void {
    this.#state.to = port
    this.#state.isCut = false
  }

  cut(): void {
    this.#state.isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  heal(): void {
    this.#state.isCut = false
  }

  close(): void {
    this.cut()
    this.#server.close()
  }
}
