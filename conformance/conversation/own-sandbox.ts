// A sandbox in a temporary folder, on ports that the system chooses.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type SandboxFacts, sandboxConfig, startSandbox } from '#main/sandbox.ts'
import { logTo } from '#platform/log/log.ts'

export async function startOwnSandbox(): Promise<{ facts: SandboxFacts; stop: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'samband-demo-'))
  const environment = {
    SAMBAND_DATA: folder,
    SAMBAND_LISTENERS__0__PORT: '0',
    SAMBAND_OBSERVATION__ENABLED: 'false',
    SAMBAND_RATE_LIMITS__ENABLED: 'false',
  }
  const config = await sandboxConfig(environment, folder)
  const { facts, process } = await startSandbox(config, logTo({ write: () => true }, 'error'))
  return {
    facts,
    stop: async () => {
      await process.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
