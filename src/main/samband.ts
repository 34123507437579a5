// The program `samband`: the command line, and the server behind `serve` and `sandbox`.

import { readFileSync } from 'node:fs'
import { type Command, type Parts, type Place, runCommandLine, terminal } from '#cli/cli.ts'
import { loadConfig } from '#platform/config/config.ts'
import { logToStdout } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { startHomeserverProcess } from './homeserver-process.ts'
import { openOfflineAdministration } from './offline-administration.ts'
import { sandboxConfig, sandboxScreen, startSandbox } from './sandbox.ts'

const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

async function serve(place: Place): Promise<number> {
  const told = untilToldToStop()
  const config = await loadConfig({ file: place.configFile, environment: process.env, workingFolder: process.cwd() })
  const { log, flush } = logToStdout(config.log.level)
  const running = await startHomeserverProcess(config, log)
  const listening = [...running.addresses].map(([name, { host, port }]) => `${name} ${host}:${port}`)
  log.info({ version, listening: listening.join(', '), tenants: running.homeservers.size }, 'samband serves')
  await told
  log.info({}, 'samband stops')
  await running.stop()
  flush()
  return 0
}

const sandbox: Command = {
  name: 'sandbox',
  summary: 'Run two sample authorities on this machine, to look around in (npm start).',
  run: async ({ io }) => {
    const told = untilToldToStop()
    const config = await sandboxConfig(process.env, process.cwd())
    const { log, flush } = logToStdout(config.log.level)
    const { facts, process: running } = await startSandbox(config, log)
    io.out(sandboxScreen(facts, config.data))
    await told
    io.error('Stopping…')
    await running.stop()
    flush()
    return { text: '', json: undefined }
  },
}

/** Resolves at the first Ctrl-C or TERM; a second one ends the program at once. */
function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve()
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
}

const parts: Parts = {
  version,
  random: systemRandom(),
  openAdministration: openOfflineAdministration,
  serve,
  commands: [sandbox],
}

process.exitCode = await runCommandLine(process.argv.slice(2), terminal(process), parts)
