// Starts both servers, plays every scenario in both directions, and tells what did not go as it should.

import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import { startEmbedded } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import { createAuthority } from '../../../src/platform/certificates/certificates.ts'
import { systemRandom } from '../../../src/platform/random/random.ts'
import { loopbackFetch } from '../../conversation/loopback-fetch.ts'
import { prepareServer } from '../../processes/server-process.ts'
import { contentScenarios } from './content-scenarios.ts'
import { Line } from './line.ts'
import { partitionScenarios } from './partition-scenarios.ts'
import type { Peer, PeerParts } from './peer.ts'
import { peopleScenarios } from './people-scenarios.ts'
import { Person } from './person.ts'
import { roomScenarios } from './room-scenarios.ts'
import type { Scenario, World } from './world.ts'

export interface Play {
  /** Makes the other server. */
  readonly prepare: (parts: PeerParts) => Promise<Peer>
  /** Logs and data of both stay here. */
  readonly folder: string
  readonly versions: readonly string[]
  /** Only scenarios with this in their name. */
  readonly named: string
  /** Ends it early: the servers are stopped all the same. */
  readonly signal: AbortSignal
}

const scenarios: readonly Scenario[] = [
  ...roomScenarios,
  ...contentScenarios,
  ...partitionScenarios,
  ...peopleScenarios,
]
const SECRET = 'a secret of this run alone'
const LONGEST_SCENARIO = 120_000

/** @returns the number of scenarios that failed. */
export async function playAll({ prepare, folder, versions, named, signal }: Play): Promise<number> {
  const ends: (() => unknown)[] = []
  try {
    const { ours, theirs, cut, heal, fetchFn } = await startBoth({ prepare, folder }, ends)
    let failed = 0
    let people = 0
    for (const { scenario, version, isOurs } of turnsOf(versions, named)) {
      if (signal.aborted) return failed + 1
      const fault = scenario.unless && theirs.faults[scenario.unless]
      if (fault && Number(version) >= (fault.since ?? 1)) {
        if (isOurs) console.log(`– v${version}, not played: ${scenario.name}: ${fault.reason}`)
        continue
      }
      const [host, guest] = isOurs ? [ours, theirs] : [theirs, ours]
      const [a, b, c, d] = await Promise.all(
        [host, host, guest, guest].map((at) => Person.register(at, `person${people++}`, SECRET, fetchFn)),
      )
      if (!a || !b || !c || !d) throw new Error('There is nobody.')
      const began = performance.now()
      const world = { version, host: a, hostToo: b, guest: c, guestToo: d, cut, heal }
      const failure = await playOne(scenario, world, signal)
      const took = Math.round(performance.now() - began)
      const what = `v${version}, the room is ${isOurs ? 'ours' : 'theirs'}: ${scenario.name} (${took} ms)`
      console.log(
        failure === undefined ? `✔ ${what}` : `✖ ${what}\n    ${failure instanceof Error ? failure.message : failure}`,
      )
      if (failure !== undefined) failed++
    }
    console.log(`${failed} scenarios failed. Logs: ${folder}`)
    return failed
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** Every scenario in every version that has it, once with the room at ours and once at theirs. */
function* turnsOf(versions: readonly string[], named: string) {
  for (const version of versions) {
    for (const scenario of scenarios) {
      if (!scenario.name.includes(named) || Number(version) < (scenario.since ?? 1)) continue
      if (scenario.once && version !== versions.at(-1)) continue
      for (const isOurs of [true, false]) yield { scenario, version, isOurs }
    }
  }
}

/** Undefined: it went well. */
async function playOne(scenario: Scenario, world: World, signal: AbortSignal): Promise<unknown> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_SCENARIO)])
  const tooLate = new Promise<unknown>((resolve) => late.addEventListener('abort', () => resolve('It takes too long.')))
  try {
    return await Promise.race([scenario.run(world).then(() => undefined), tooLate])
  } catch (error) {
    return error
  } finally {
    world.heal()
  }
}

async function startBoth({ prepare, folder }: Pick<Play, 'prepare' | 'folder'>, ends: (() => unknown)[]) {
  const now = Date.now()
  const validity = { from: now - 60_000, until: now + 86_400_000 }
  const authority = createAuthority({ name: 'Peers', validity, random: systemRandom() })
  const data = path.join(folder, 'database')
  await mkdir(data, { recursive: true })
  const log = logTo(process.stderr, 'error')
  const database = await startEmbedded({ dataFolder: data, clock: systemClock(), log, durable: false })
  ends.push(() => database.stop())
  const lines = [await Line.open(), await Line.open()] as const
  const all = (act: (line: Line) => void) => () => {
    for (const line of lines) act(line)
  }
  ends.push(all((line) => line.close()))
  const samband = await prepareServer(folder, 'localhost', authority, {
    namedPort: lines[0].port,
    environment: { SAMBAND_REGISTRATION__SHARED_SECRET: SECRET },
  })
  const parts = { folder: path.join(folder, 'peer'), database, authority, sharedSecret: SECRET }
  const peer = await prepare({ ...parts, namedPort: lines[1].port })
  ends.push(
    () => samband.stop(),
    () => peer.stop(),
  )
  await Promise.all([samband.start(), peer.start()])
  lines[0].leadTo(Number(new URL(samband.baseUrl).port))
  lines[1].leadTo(peer.port)
  return {
    ours: samband,
    theirs: peer,
    fetchFn: loopbackFetch(authority.certificate),
    cut: all((line) => line.cut()),
    heal: all((line) => line.heal()),
  }
}
