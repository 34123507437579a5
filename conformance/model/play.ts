// Plays acts on three servers: each act as its user's own server does it, then whatever can arrive arrives. What the rules forbid is no failure:
// drawn acts are blind.
// spec: docs/architecture.md (tests)

import { statement } from '#platform/database/database.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { settle, TestLine, type TestServer } from '../../src/federation/servers-for-tests.ts'
import type { TestScope } from '../../src/platform/database/test-database.ts'
import { type Act, isLie, PEOPLE } from './acts.ts'
import { Forger } from './forger.ts'
import { Liar } from './liar.ts'

export interface Person {
  readonly server: TestServer
  readonly userId: UserId
}

/** Three honest servers with two people each and, as the last one, one that need not be honest, with one. */
export interface Cast {
  readonly line: TestLine
  readonly servers: readonly TestServer[]
  readonly people: readonly Person[]
  readonly dishonest: Person
}

/** One room of theirs. The first person made it and never leaves: so that there is a room at the end. */
export interface World {
  readonly line: TestLine
  /** The honest ones. */
  readonly servers: readonly TestServer[]
  /** The dishonest server's user is the last of them, when it is in the room. */
  readonly people: readonly Person[]
  readonly roomId: RoomId
  /** What was the end of the history when a server came into the room, last time that it did. */
  readonly cameAt: Map<TestServer, readonly EventId[]>
  /** In the room and not to be trusted. */
  readonly liar: Liar | undefined
  /** Acts that were allowed. */
  done: number
}

const names = [
  ['alfa.example', 'anna', 'arne'],
  ['beta.example', 'bo', 'berit'],
  ['gamma.example', 'cia', 'cai'],
] as const

/** Servers that know nothing of each other yet. */
export async function newCast(scope: TestScope): Promise<Cast> {
  const line = new TestLine(scope)
  const servers: TestServer[] = []
  const people: Person[] = []
  for (const [name, ...localparts] of names) {
    const server = await line.server(name)
    servers.push(server)
    for (const localpart of localparts) people.push({ server, userId: await server.user(localpart) })
  }
  const delta = await line.server('delta.example')
  return { line, servers, people, dishonest: { server: delta, userId: await delta.user('dora') } }
}

/** A new room: four of the honest people are in it, and the dishonest one if there are to be lies. */
export async function newWorld(cast: Cast, version: RoomVersionId, withLies = false): Promise<World> {
  const { line, servers, dishonest } = cast
  const people = withLies ? [...cast.people, dishonest] : cast.people
  await calm(cast)
  const [anna] = people
  if (!anna) throw new Error('There is nobody.')
  const levels = Object.fromEntries(people.slice(1, 5).map(({ userId }, index) => [userId, index === 1 ? 100 : 50]))
  if (withLies) levels[dishonest.userId] = 50
  const users = version === '12' ? levels : { ...levels, [anna.userId]: 100 }
  const roomId = await anna.server.createRoom(anna.userId, { version, powerLevelContentOverride: { users } })
  const liar = withLies ? await newLiar(dishonest, anna, { roomId, version }) : undefined
  const world: World = { line, servers, people, roomId, cameAt: new Map(), liar, done: 0 }
  for (const { server, userId } of [...people.slice(1, 5), ...people.slice(PEOPLE)]) {
    await server.join(roomId, userId, anna.server)
    await settleAll(world)
  }
  await noteWhoCame(world)
  return world
}

/** Nothing is left of the room before. */
async function calm({ line, servers, dishonest }: Cast): Promise<void> {
  line.network.calm()
  for (const [one, other] of pairs([...servers, dishonest.server])) await line.heal(one, other)
  await settle(...servers, dishonest.server)
  for (const server of servers) server.faults.length = 0
}

async function newLiar(
  { server, userId }: Person,
  guest: Person,
  room: { roomId: RoomId; version: RoomVersionId },
): Promise<Liar> {
  const version = roomVersion(room.version)
  if (!version) throw new Error(`There is no room version ${room.version}.`)
  // Honest servers know the other room: what is said there must not count here.
  const elsewhere = await server.createRoom(userId, { version: room.version })
  await guest.server.join(elsewhere, guest.userId, server)
  const forger = new Forger(server, userId, { roomId: room.roomId, elsewhere, version })
  return new Liar(server, forger, () => server.timeline(room.roomId))
}

const settleAll = ({ servers, liar }: World) => settle(...servers, ...(liar ? [liar.server] : []))

/**
 * Plays the acts, `atOnce` of them side by side and then whatever they cause; more than one finds races, and is not the same in every run.
 *
 * @throws for whatever is no refusal.
 */
export async function play(world: World, acts: readonly Act[], atOnce = 1): Promise<void> {
  for (let rest = acts; rest.length > 0; ) {
    const together = rest.slice(0, groupSize(rest, atOnce))
    rest = rest.slice(together.length)
    const pause = Math.max(...together.map((act) => act.pause))
    if (pause > 0) await world.line.clock.advance(pause)
    await Promise.all(together.map((act) => attempt(world, act)))
    await settleAll(world)
    await noteWhoCame(world)
  }
}

function groupSize(acts: readonly Act[], atOnce: number): number {
  const machine = acts.findIndex(isOfMachines)
  return Math.max(1, machine < 0 ? atOnce : Math.min(atOnce, machine))
}

/** Alone, also where acts go side by side: nobody can do anything on a server that is not there. */
const isOfMachines = ({ kind }: Act): boolean => kind === 'cut' || kind === 'heal' || kind === 'restart'

async function attempt(world: World, act: Act): Promise<void> {
  try {
    await perform(world, act)
    world.done++
  } catch (error) {
    if (!(error instanceof MatrixError)) throw new Error(`The act ${JSON.stringify(act)} failed.`, { cause: error })
  }
}

/** Every line whole again, everything sent; then everybody's server speaks in turn, so that the branches meet, and all of that is sent too. */
export async function reunite(world: World): Promise<void> {
  world.liar?.silence()
  for (const [one, other] of pairs(world.servers)) world.line.network.heal(one.name, other.name)
  await letAllArrive(world)
  for (let round = 0; round < 2; round++) {
    for (const server of world.servers) {
      const speaker = await speakerOf(world, server)
      if (speaker) await server.say(world.roomId, speaker, `slut ${round}`)
      await settleAll(world)
      await noteWhoCame(world)
    }
  }
  // An answer that is still to be lost may have been lost just now.
  await letAllArrive(world)
}

async function letAllArrive(world: World): Promise<void> {
  for (let turn = 0; turn < MOST_LOST && (turn === 0 || isAnybodyAway(world)); turn++) {
    for (const [one, other] of pairs(world.servers)) {
      await world.line.heal(one, other)
      await settleAll(world)
      await noteWhoCame(world)
    }
  }
  await letWaitingCome(world)
}

/** Answers in a row that a line is still to lose. */
const MOST_LOST = 10

const isAnybodyAway = ({ servers }: World): boolean =>
  servers.some(({ running }) => servers.some(({ name }) => running.transport.awayUntil(name) !== undefined))

/** Time passes until nothing waits any more for what it stands on, or it has waited for hours. */
async function letWaitingCome(world: World): Promise<void> {
  const { servers, line } = world
  for (let hour = 0; hour < 3; hour++) {
    const numbers = await Promise.all(servers.map(({ database }) => database.one(countStaged)))
    if (numbers.every((row) => row?.number === 0)) return
    await line.clock.advance(3_600_000)
    await settleAll(world)
  }
}

const countStaged = statement<[], { number: number }>(
  'test.count_staged',
  'select count(*)::int as number from staged_pdu',
)

async function speakerOf({ people, roomId }: World, server: TestServer): Promise<UserId | undefined> {
  for (const { server: own, userId } of people) {
    if (own === server && (await server.membership(roomId, userId)) === 'join') return userId
  }
  return undefined
}

async function noteWhoCame({ servers, roomId, cameAt }: World): Promise<void> {
  for (const server of servers) {
    if (!(await server.rooms.isResident(roomId))) cameAt.delete(server)
    else if (!cameAt.has(server)) {
      const { extremities = [] } = (await server.rooms.head(roomId)) ?? {}
      cameAt.set(
        server,
        extremities.map(({ eventId }) => eventId),
      )
    }
  }
}

async function perform(world: World, act: Act): Promise<unknown> {
  const { line, servers, people, roomId } = world
  const actor = people[act.actor]
  const target = people[act.target]
  if (!actor || !target) throw new Error('There is no such person.')
  const { server, userId: sender } = actor
  const [one, other] = [server, target.server]
  const isCreator = act.actor === 0
  const change = { roomId, sender, target: target.userId }
  if (isLie(act.kind))
    return world.liar?.tell({ ...act, kind: act.kind }, people[act.target % PEOPLE]?.userId ?? sender, servers)
  switch (act.kind) {
    case 'message':
      return server.say(roomId, sender, `${act.choice}`)
    case 'burst':
      return burst(actor, roomId)
    case 'topic':
      return server.setState(roomId, sender, 'm.room.topic', { topic: `${act.choice}` })
    case 'note':
      return server.setState(roomId, sender, 'x.note', { n: Math.floor(act.choice * 100) }, pick(['', 'a', 'b'], act))
    case 'redact':
      return redact(world, actor, act)
    case 'join':
      return server.rooms.join({ roomId, userId: sender, servers: servers.map(({ name }) => name), content: {} })
    case 'leave':
      return isCreator ? undefined : server.rooms.leave({ roomId, userId: sender, servers: [], content: {} })
    case 'kick':
      return isCreator && act.target === 0 ? undefined : server.rooms.kick(change)
    case 'ban':
      return isCreator && act.target === 0 ? undefined : server.rooms.changeMembership({ ...change, membership: 'ban' })
    case 'unban':
      return server.rooms.unban(change)
    case 'invite':
      return server.rooms.invite({ ...change, membership: 'invite' })
    case 'knock':
      return server.rooms.knock({ roomId, userId: sender, servers: servers.map(({ name }) => name), content: {} })
    case 'levels':
      return changeLevels(world, actor, act)
    case 'join-rules':
      return server.setState(roomId, sender, 'm.room.join_rules', {
        join_rule: pick(['public', 'public', 'invite', 'knock'], act) ?? 'public',
      })
    case 'cut':
      return one === other ? undefined : line.cut(one, other)
    case 'heal':
      return one === other ? undefined : line.heal(one, other)
    case 'restart':
      return server.restart()
    case 'lost-answer':
      return one === other ? undefined : line.network.next(one.name, other.name, 'lose-answer')
  }
}

async function burst({ server, userId }: Person, roomId: RoomId): Promise<void> {
  for (let n = 0; n < 12; n++) {
    await server.say(roomId, userId, `${n}`)
    await server.setState(roomId, userId, 'x.burst', { n })
  }
}

async function redact({ roomId }: World, { server, userId }: Person, act: Act): Promise<unknown> {
  const event = pick(await server.timeline(roomId), act)?.event
  // A room without its creation, rules or members is another test.
  if (!event || (event.type !== 'm.room.message' && event.type !== 'm.room.topic')) return undefined
  const redacts = event.eventId
  return server.rooms.send(roomId, { type: 'm.room.redaction', sender: userId, content: { redacts }, redacts })
}

async function changeLevels({ roomId, people }: World, { server, userId }: Person, act: Act): Promise<unknown> {
  const key = { type: 'm.room.power_levels', stateKey: '' }
  const current = (await server.rooms.currentState(roomId, [key]))?.get(key.type, key.stateKey)?.content
  if (!current) return undefined
  const target = people[act.target]?.userId
  const [what, level] = pick(changes, act) ?? ['users', 0]
  if (target === undefined || (what === 'users' && act.target === 0)) return undefined
  const users = objectAt(current, 'users') ?? {}
  const content: JsonObject =
    what === 'users' ? { ...current, users: { ...users, [target]: level } } : { ...current, [what]: level }
  return server.setState(roomId, userId, key.type, content)
}

const changes = [
  ...[0, 25, 50, 50, 75, 100, 100].map((level) => ['users', level] as const),
  ...(['ban', 'kick', 'invite', 'state_default'] as const).flatMap((what) => [[what, 0] as const, [what, 50] as const]),
]

const pick = <Value>(values: readonly Value[], { choice }: Act): Value | undefined =>
  values[Math.floor(choice * values.length)]

function pairs<Value>(values: readonly Value[]): [Value, Value][] {
  return values.flatMap((one, index) => values.slice(index + 1).map((other): [Value, Value] => [one, other]))
}
