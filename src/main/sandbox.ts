// The sandbox behind `npm start`: two authorities on loopback, three people in each, a room that spans both.
// The same facts for programs stand in `sandbox.json` in the data folder.

import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Config, loadConfig } from '#platform/config/config.ts'
import type { Log } from '#platform/log/log.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Homeserver } from './homeserver.ts'
import { type HomeserverProcess, startHomeserverProcess } from './homeserver-process.ts'
import { memberProfile } from './member-profile.ts'

export interface SandboxFacts {
  readonly servers: readonly {
    readonly serverName: string
    readonly baseUrl: string
    readonly people: readonly { readonly userId: string; readonly password: string }[]
  }[]
  /** The room that spans both. */
  readonly room: string
}

export interface Sandbox {
  readonly facts: SandboxFacts
  readonly process: HomeserverProcess
}

const authorities = [
  { serverName: 'alfa.localhost', people: ['anna', 'adam', 'astrid'] },
  { serverName: 'beta.localhost', people: ['bo', 'britta', 'bilal'] },
] as const

/** Characters of a made password: 119 bits, and still possible to type. */
const PASSWORD_LENGTH = 20

/** The configuration of the sandbox: safe defaults on loopback, and the two authorities. The environment may change it. */
export function sandboxConfig(environment: NodeJS.ProcessEnv, workingFolder: string): Promise<Config> {
  const tenants = Object.fromEntries(
    authorities.map(({ serverName }, index) => [`SAMBAND_TENANTS__${index}__SERVER_NAME`, serverName]),
  )
  return loadConfig({ environment: { SAMBAND_LOG__LEVEL: 'warn', ...tenants, ...environment }, workingFolder })
}

/** Starts the sandbox; makes people and the room on the first start, and finds them on the next. */
export async function startSandbox(config: Config, log: Log): Promise<Sandbox> {
  const process = await startHomeserverProcess(config, log)
  try {
    const file = path.join(config.data, 'sandbox.json')
    const facts = (await readFacts(file)) ?? (await makeFacts(process, file))
    return { facts, process }
  } catch (error) {
    await process.stop()
    throw error
  }
}

async function readFacts(file: string): Promise<SandboxFacts | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SandboxFacts
  } catch {
    return undefined
  }
}

async function makeFacts(process: HomeserverProcess, file: string): Promise<SandboxFacts> {
  const servers = []
  for (const { serverName, people } of authorities) {
    const made = []
    for (const username of people) made.push(await makePerson(process, serverName, username))
    servers.push({ serverName, baseUrl: baseUrlOf(process, serverName), people: made })
  }
  const facts = { servers, room: await makeRoom(process) }
  await writePrivately(file, `${JSON.stringify(facts, null, 2)}\n`)
  return facts
}

const baseUrlOf = (process: HomeserverProcess, serverName: string): string =>
  `http://${serverName}:${[...process.addresses.values()][0]?.port ?? 8008}`

/** Also finds a person whose password a start that broke off has lost: they get a new one. */
async function makePerson(process: HomeserverProcess, serverName: string, username: string) {
  const { accounts } = homeserverOf(process, serverName).modules
  const password = process.shared.random.text(PASSWORD_LENGTH)
  const userId = `@${username}:${serverName}` as UserId
  const displayName = username.charAt(0).toUpperCase() + username.slice(1)
  if (await accounts.users.get(userId)) await accounts.changePassword({ userId, password, logoutDevices: false })
  else await accounts.createUser({ username, password, displayName })
  return { userId, password }
}

async function makeRoom(process: HomeserverProcess): Promise<RoomId> {
  const [alfa, beta] = authorities
  const [creator, ...others] = alfa.people.map((name) => `@${name}:${alfa.serverName}` as UserId)
  const guests = beta.people.map((name) => `@${name}:${beta.serverName}` as UserId)
  if (!creator) throw new Error('The sandbox has nobody to make its room.')
  const { serverName: inviter, modules: here } = homeserverOf(process, alfa.serverName)
  const { modules: there } = homeserverOf(process, beta.serverName)
  const roomId = await here.rooms.create({
    creator,
    version: process.shared.config.rooms.defaultVersion,
    preset: 'private_chat',
    name: 'Samverkan Alfa–Beta',
    topic: 'Ett rum över myndighetsgränsen',
    initialState: [{ type: 'm.room.encryption', stateKey: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    profileOf: (userId) => memberProfile(here.accounts, userId),
  })
  for (const userId of [...others, ...guests]) {
    await here.rooms.invite({ roomId, sender: creator, target: userId, membership: 'invite' })
    const home = others.includes(userId) ? here : there
    await arrivalOfInvite(process, home.rooms, roomId, userId)
    const content = await memberProfile(home.accounts, userId)
    await home.rooms.join({ roomId, userId, servers: [inviter], content })
  }
  return roomId
}

/** An invitation travels to the other authority by itself; a person would see it arrive. */
async function arrivalOfInvite(
  process: HomeserverProcess,
  rooms: Rooms,
  roomId: RoomId,
  userId: UserId,
): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    if ((await rooms.roomOf(roomId, userId))?.membership === 'invite') return
    await process.shared.clock.wait(LOOK_EVERY)
  }
  throw new Error(`The invitation of ${userId} did not arrive. Remove the data folder and start again.`)
}

/** Ten seconds in all: on one machine an invitation takes some milliseconds. */
const MOST_LOOKS = 500
const LOOK_EVERY = 20

function homeserverOf(process: HomeserverProcess, serverName: string): Homeserver {
  const homeserver = process.homeservers.get(serverName)
  if (!homeserver)
    throw new Error(`The sandbox's authority ${serverName} is missing. Remove the data folder and start again.`)
  return homeserver
}

/** Written beside its place and moved, so that a half-written file is never read. */
async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.new`
  await writeFile(draft, text, { mode: 0o600 })
  await chmod(draft, 0o600)
  await rename(draft, file)
}

/** What a person sees. Lines of at most 80 characters. */
export function sandboxScreen({ servers, room }: SandboxFacts, dataFolder: string): string {
  const lines = ['', '  Samband – two authorities on this machine, federated and encrypted', '']
  for (const { serverName, baseUrl, people } of servers) {
    lines.push(`  ${serverName}   homeserver address: ${baseUrl}`)
    for (const { userId, password } of people) lines.push(`    ${userId.padEnd(24)} password ${password}`)
    lines.push('')
  }
  lines.push(`  Room across both:  ${room}`)
  lines.push('')
  lines.push('  Open a Matrix client (Element, Cinny, …), choose one of the addresses above as')
  lines.push('  homeserver, and log in. A conversation by program:  npm run demo')
  lines.push(`  The same facts for programs:  ${path.join(dataFolder, 'sandbox.json')}`)
  lines.push('  Stop with Ctrl-C. Everything is kept for the next start.', '')
  return lines.join('\n')
}
