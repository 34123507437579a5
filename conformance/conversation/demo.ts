// `npm run demo`: the conversation, told in the terminal. Uses the running sandbox, or starts one of its own for the while.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SandboxFacts } from '#main/sandbox.ts'
import { converse } from './conversation.ts'
import { loopbackFetch } from './loopback-fetch.ts'
import { startOwnSandbox } from './own-sandbox.ts'
import type { Home } from './participant.ts'

// The SDK tells much of its inner life to the console; here only the conversation is told.
for (const level of ['debug', 'info', 'log', 'warn', 'error'] as const) console[level] = () => undefined

const fetchFn = loopbackFetch()

const running = await runningSandbox()
const own = running ? undefined : await startOwnSandbox()
const facts = running ?? own?.facts
if (!facts) throw new Error('There is no sandbox to talk in.')
try {
  await converse({
    anna: homeOf(facts, 0),
    bo: homeOf(facts, 1),
    tell: (line) => process.stdout.write(`  ${line}\n`),
  })
} finally {
  await own?.stop()
}
process.exit(0) // the SDK keeps timers of its own

function homeOf({ servers }: SandboxFacts, index: number): Home {
  const server = servers[index]
  const person = server?.people[0]
  if (!server || !person) throw new Error('The sandbox lacks its people. Remove the data folder and start again.')
  return { ...person, baseUrl: server.baseUrl, fetchFn }
}

/** The sandbox that `npm start` runs in another terminal. */
async function runningSandbox(): Promise<SandboxFacts | undefined> {
  try {
    const facts = JSON.parse(await readFile(path.join('data', 'sandbox.json'), 'utf8')) as SandboxFacts
    const answer = await fetchFn(`${facts.servers[0]?.baseUrl}/_matrix/client/versions`)
    return answer.ok ? facts : undefined
  } catch {
    return undefined
  }
}
