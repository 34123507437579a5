// Tells which versions of the specification and which unstable features this server speaks.
// spec: client-server-api, GET /_matrix/client/versions

import { getVersions } from '#api/client/get-versions.ts'
import { handler } from '../handler.ts'

/**
 * Every version from the first: clients look for exact strings. The last is the newest of which every endpoint that a client needs to
 * live on is there.
 */
const versions = [
  ...['r0.0.1', 'r0.1.0', 'r0.2.0', 'r0.3.0', 'r0.4.0', 'r0.5.0', 'r0.6.0', 'r0.6.1'],
  ...Array.from({ length: 12 }, (_, index) => `v1.${index + 1}`),
]

const unstableFeatures: { [name: string]: boolean } = {
  'org.matrix.e2e_cross_signing': true,
  'org.matrix.msc2285.stable': true,
  'org.matrix.msc3440.stable': true,
  'org.matrix.msc3771': true,
  'org.matrix.msc3773': true,
  'org.matrix.msc3881': true,
  'org.matrix.msc3881.stable': true,
  'org.matrix.msc3827.stable': true,
  'org.matrix.msc3981': true,
  'org.matrix.msc4222': true,
  'org.matrix.simplified_msc3575': true,
  'uk.half-shot.msc2666.query_mutual_rooms': true,
  'uk.half-shot.msc2666.query_mutual_rooms.stable': true,
  'uk.tcpip.msc4133': true,
  'uk.tcpip.msc4133.stable': true,
}

const answer = { versions, unstable_features: unstableFeatures }

export const handleGetVersions = handler(getVersions, () => () => answer)
