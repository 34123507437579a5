// Opens a TLS connection to the first of several addresses that takes it, and knows who must answer there.
// spec: server-server-api #tls, #resolving-server-names; RFC 6125 (names in certificates)

import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import {
  checkServerIdentity,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { NetworkError } from './network.ts'

/** One place to connect to. */
export interface Place {
  readonly address: string
  readonly port: number
}

/** What a tenant adds to the ordinary checks: pins and the certificate of a trust federation. */
export interface Trust {
  /** A reason to refuse the certificate that `destination` presented, or undefined. Called after the ordinary checks, before any byte is sent. */
  readonly refuse?: (destination: string, certificate: PeerCertificate) => Error | undefined
  /** Authorities to believe, and the certificate by which we are known. */
  readonly context: SecureContext
}

export interface ConnectOptions {
  /** Tried in order. */
  readonly places: readonly Place[]
  /** The name or address that the certificate must be made out to. */
  readonly certificateName: string
  readonly destination: string
  readonly trust: Trust
  readonly isAllowed: (address: string) => boolean
  /** For one address: handshake included. */
  readonly timeout: Milliseconds
  readonly clock: Clock
}

/** Rejects with `NetworkError`: `address` when every place is forbidden, `connection` with the last cause when none took the connection. */
export async function connect(options: ConnectOptions): Promise<TLSSocket> {
  let cause: unknown
  let tried = 0
  for (const place of options.places) {
    if (!options.isAllowed(place.address)) continue
    tried += 1
    try {
      return await connectTo(place, options)
    } catch (error) {
      cause = error
    }
  }
  if (tried === 0) throw new NetworkError(options.places.length === 0 ? 'name' : 'address')
  throw new NetworkError('connection', { cause })
}

function connectTo(place: Place, options: ConnectOptions): Promise<TLSSocket> {
  const { certificateName, trust } = options
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      host: place.address,
      port: place.port,
      // An address has no place in SNI (RFC 6066 §3).
      ...(isIP(certificateName) === 0 && { servername: certificateName }),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
      secureContext: trust.context,
      // No session is ever offered for resumption: a resumed one shows no certificate to compare with a pin.
      checkServerIdentity: (_name, certificate) =>
        checkServerIdentity(certificateName, certificate) ?? trust.refuse?.(options.destination, certificate),
    })
    const timer = options.clock.after(options.timeout, () => socket.destroy(new Error('The handshake took too long.')))
    const onError = (error: Error) => {
      timer.cancel()
      reject(error)
    }
    socket.once('error', onError)
    socket.once('secureConnect', () => {
      timer.cancel()
      socket.off('error', onError)
      resolve(calm(socket))
    })
  })
}

/** Small requests should leave at once, and dead peers be noticed. */
function calm<S extends Socket>(socket: S): S {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  return socket
}
