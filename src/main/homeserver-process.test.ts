import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { loadConfig } from '#platform/config/config.ts'
import { connectDatabase } from '#platform/database/database.ts'
import { testServer } from '#platform/database/test-server.ts'
import { logTo } from '#platform/log/log.ts'
import { startHomeserverProcess } from './homeserver-process.ts'

test('a start that fails at a busy port stops what it had opened, and says nothing but what is wrong', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-start-'))
  t.after(() => {
    taken.close()
    rmSync(folder, { recursive: true })
  })
  const { settings } = await testServer()
  const connections = await connectDatabase(settings, { clock: systemClock() })
  await connections.session((session) => session.run('create database busy_port'))
  await connections.close()
  const { port } = taken.address() as AddressInfo
  const environment = {
    SAMBAND_DATABASE__URL: `postgres://${settings.user}:${settings.password}@${encodeURIComponent(settings.host)}/busy_port`,
    SAMBAND_LISTENERS__0__PORT: String(port),
    SAMBAND_OBSERVATION__ENABLED: 'false',
    SAMBAND_TENANTS__0__SERVER_NAME: 'busy.example',
  }
  const lines: string[] = []
  const log = logTo({ write: (line) => void lines.push(line) }, 'warn')
  await assert.rejects(
    startHomeserverProcess(await loadConfig({ environment, workingFolder: folder }), log),
    new RegExp(`127\\.0\\.0\\.1:${port} .* is in use by another program`),
  )
  assert.deepEqual(lines, [])
})
