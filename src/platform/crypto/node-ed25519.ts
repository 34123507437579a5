// Ed25519 by Node's own crypto: the fallback where libsodium does not load.
// spec: appendices #signing-details; RFC 8410 (key encoding)

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { Ed25519 } from './ed25519.ts'

// RFC 8410: what stands before the 32 bytes in the DER form of a private key and of a public key.
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

export const nodeEd25519: Ed25519 = {
  keyPair: (seed) => {
    const secret = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
    const der = createPublicKey(secret).export({ format: 'der', type: 'spki' })
    return {
      publicKey: der.subarray(publicPrefix.length),
      sign: (message) => sign(null, Buffer.from(message, 'utf8'), secret),
    }
  },
  verify: (publicKey, signature, message) => {
    const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' })
    return verify(null, Buffer.from(message, 'utf8'), key, signature)
  },
}
