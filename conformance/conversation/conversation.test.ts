// Two authorities, two people, real clients with real encryption: in one process, and as separate processes over TLS.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createAuthority } from '#platform/certificates/certificates.ts'
import { systemRandom } from '#platform/random/random.ts'
import { prepareServer } from '../processes/server-process.ts'
import { converse } from './conversation.ts'
import { loopbackFetch } from './loopback-fetch.ts'
import { startOwnSandbox } from './own-sandbox.ts'

// matrix-js-sdk keeps timers of its own after its clients have stopped; the runner must not wait for them.
after(() => setImmediate(() => process.exit()))

test('Anna and Bo talk encrypted across the border of two authorities in one process', async (t) => {
  const sandbox = await startOwnSandbox()
  try {
    const fetchFn = loopbackFetch()
    const [alfa, beta] = sandbox.facts.servers
    const [anna] = alfa?.people ?? []
    const [bo] = beta?.people ?? []
    if (!alfa || !beta || !anna || !bo) throw new Error('The sandbox lacks its people.')
    await converse({
      anna: { ...anna, baseUrl: alfa.baseUrl, fetchFn },
      bo: { ...bo, baseUrl: beta.baseUrl, fetchFn },
      tell: (line) => t.diagnostic(line),
    })
  } finally {
    await sandbox.stop()
  }
})

test('the same across two processes over TLS, with the server of Bo killed and restarted while he is away', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'samband-tls-'))
  const now = Date.now()
  const authority = createAuthority({
    name: 'Samband test authority',
    validity: { from: now - 60_000, until: now + 86_400_000 },
    random: systemRandom(),
  })
  const alfa = await prepareServer(folder, 'alfa.localhost', authority)
  const beta = await prepareServer(folder, 'beta.localhost', authority)
  try {
    const anna = await alfa.createUser('anna')
    const bo = await beta.createUser('bo')
    await alfa.start()
    await beta.start()
    const fetchFn = loopbackFetch(authority.certificate)
    await converse({
      anna: { ...anna, baseUrl: alfa.baseUrl, fetchFn },
      bo: { ...bo, baseUrl: beta.baseUrl, fetchFn },
      tell: (line) => t.diagnostic(line),
      whileBoIsAway: async () => {
        await beta.kill()
        await beta.start()
        t.diagnostic('beta was killed and is back')
      },
    })
  } finally {
    await alfa.stop()
    await beta.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
