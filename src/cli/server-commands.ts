// `samband doctor` and `samband version`. `serve`, which has no outcome of its own, and `help` are in the command line itself.

import type { Finding } from './administration.ts'
import { administer, type Command } from './command.ts'

const doctor: Command = {
  name: 'doctor',
  summary: 'Look whether configuration, database, certificates and names are in order.',
  explanation:
    'Makes the database where there is none and brings its tables up to date, as a start does; changes nothing else. Ends with 1 when something is bad.',
  run: async (invocation) => {
    const findings = await administer(invocation, (administration) => administration.diagnose())
    const isBad = findings.some(({ state }) => state === 'bad')
    return { text: findings.map(lineOf).join('\n'), json: { findings }, exitCode: isBad ? 1 : 0 }
  },
}

const version: Command = {
  name: 'version',
  summary: 'Say which version this is.',
  run: async ({ parts }) => ({
    text: `samband ${parts.version} (Node ${process.versions.node})`,
    json: { version: parts.version, node: process.versions.node },
  }),
}

export const serverCommands: readonly Command[] = [doctor, version]

const marks = { good: 'ok     ', warning: 'warning', bad: 'BAD    ' } as const

function lineOf({ subject, state, sentence }: Finding): string {
  return `${marks[state]}  ${subject}: ${sentence}`
}
