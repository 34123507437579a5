// Whom we believe about certificates, and by which certificate we are known. Made when first needed: it takes some 20 ms.
// spec: server-server-api #tls

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** PEM texts. */
export interface Identity {
  readonly certificate: string
  readonly key: string
}

/**
 * Makes TLS contexts that believe the operating system's authorities (Node's own list where there are none) and `extra` ones. TLS 1.2 is
 * the least that we speak.
 */
export function trustAnchors(extra: readonly string[]): (identity?: Identity) => SecureContext {
  let plain: SecureContext | undefined
  const make = (identity: Identity | undefined) =>
    createSecureContext({
      ca: [...authorities(), ...extra],
      minVersion: 'TLSv1.2',
      ...(identity && { cert: identity.certificate, key: identity.key }),
    })
  return (identity) => {
    if (identity) return make(identity)
    plain ??= make(undefined)
    return plain
  }
}

function authorities(): readonly string[] {
  const system = getCACertificates('system')
  return system.length > 0 ? system : getCACertificates('default')
}
