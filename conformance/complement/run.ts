// Program: makes what a server needs (its certificate, its configuration file, its database) and becomes the server.
//   node run.ts ROOT [CACHE]      SERVER_NAME (and PGHOST, PGUSER) from the environment
// One program, so that what both parts need is loaded once: a suite starts hundreds of servers.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { issueCertificate } from '#platform/certificates/certificates.ts'
import { systemRandom } from '#platform/random/random.ts'
import { copySeed } from './embedded-seed.ts'
import { ensureDatabase, scratchServer } from './scratch-database.ts'
import { authorityFiles, certificateFiles, dataFolder, settingsOf } from './settings.ts'

const DAY = 86_400_000

const [folder = '.', cache] = process.argv.slice(2)
const root = path.resolve(folder)
const serverName = process.env['SERVER_NAME']
if (!serverName) {
  console.error('launcher: SERVER_NAME is missing. Give the Matrix server name, without a port.')
  process.exit(2)
}
const scratch = scratchServer(process.env)

mkdirSync(root, { recursive: true })
makeCertificate(serverName)
const configuration = path.join(root, 'samband.yaml')
writeFileSync(configuration, stringify(settingsOf({ root, serverName, scratch })), { mode: 0o600 })
if (scratch) await ensureDatabase(scratch, root)
else if (cache !== undefined) await copySeed(cache, dataFolder(root))

process.chdir(root)
process.argv.splice(2, process.argv.length, 'serve', '--config', configuration)
await import('#main/samband.ts')

/** Anew at each start: a copy of a server meets another authority than its original did. */
function makeCertificate(name: string): void {
  const authority = authorityFiles(root)
  const now = Date.now()
  const made = issueCertificate({
    names: [name],
    authority: { certificate: readFileSync(authority.certificate, 'utf8'), key: readFileSync(authority.key, 'utf8') },
    validity: { from: now - DAY, until: now + 30 * DAY },
    random: systemRandom(),
  })
  const files = certificateFiles(root)
  writeFileSync(files.certificate, made.certificate)
  writeFileSync(files.key, made.key, { mode: 0o600 })
}
