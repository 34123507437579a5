// Goes through the wrong requests of one operation: first those that must be refused, which together store nothing, then those that may pass.
// spec: docs/architecture.md (tests)

import type { Endpoint } from '#api/endpoint.ts'
import { isObject, parseJson } from '#protocol/json/json.ts'
import type { Answered } from '../server-under-test.ts'
import { type Made, type WrongRequest, wrongRequests } from './cases.ts'
import { rightRequests } from './examples.ts'
import { faultOf } from './judge.ts'
import { nameOfOperation } from './right-request.ts'
import { storedBy } from './stored.ts'
import type { World } from './world.ts'

/** Chooses which of the wrong requests that differ from one right request are sent. */
export type Chooser = (all: readonly WrongRequest[]) => readonly WrongRequest[]

export interface Walked {
  /** Sentences: what was wrong with which answer. */
  readonly findings: readonly string[]
  readonly requests: number
}

/** Milliseconds after which an answer is not believed to come any more, however crowded the machine is. */
const PATIENCE = 120_000

/** Requests at once: the server's and the walk's work overlap. */
const AT_ONCE = 4

export async function walkOperation(endpoint: Endpoint, world: World, choose: Chooser): Promise<Walked> {
  const operation = nameOfOperation(endpoint)
  const findings: string[] = []
  let requests = 0
  let rights = await rightRequests(endpoint, world)
  const chosen = rights.flatMap((right, example) => {
    const all = wrongRequests(endpoint, right, world)
    return choose(all).map((wrong) => ({ wrong, example, index: all.indexOf(wrong) }))
  })
  const judge = async (wrong: WrongRequest, made: Made): Promise<number> => {
    requests += 1
    const answer = await ask(endpoint, made, world)
    const fault = typeof answer === 'string' ? answer : faultOf(endpoint, made, answer)
    if (fault !== undefined) findings.push(`${operation}, ${wrong.name}: ${fault.slice(0, 600)}`)
    return typeof answer === 'string' ? 0 : answer.status
  }

  const [refused = [], passing = []] = [true, false].map((isRefused) =>
    chosen.filter(({ wrong }) => (wrong.make().refusedWith !== undefined) === isRefused),
  )
  const stored = await storedBy(world, (isFirst) =>
    inTurns(refused, ({ wrong }) => (isFirst ? judge(wrong, wrong.make()) : ask(endpoint, wrong.make(), world))),
  )
  if (stored.length > 0)
    findings.push(`${operation}: something was stored of what was refused, in ${stored.join(', ')}`)

  for (const { wrong, example, index } of passing) {
    const right = rights[example]
    const again = right && wrongRequests(endpoint, right, world)[index]
    const status = await judge(wrong, (again ?? wrong).make())
    if (status < 300) rights = await rightRequests(endpoint, world)
  }
  return { findings, requests }
}

async function inTurns<T>(all: readonly T[], act: (each: T) => Promise<unknown>): Promise<void> {
  const left = all.values()
  const turn = async () => {
    for (const each of left) await act(each)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, turn))
}

/** The answer, or why there is none. */
export async function ask(
  { method, authenticate }: Endpoint,
  made: Made,
  { server, gamma }: World,
): Promise<Answered | string> {
  const { target, body, token, headers } = made
  const isSigned = authenticate === 'signed' && headers['authorization'] === undefined
  const signature = isSigned ? gamma.signed(method, target, { content: signedContent(body) }).headers : {}
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('is not answered at all'), PATIENCE)
  })
  const answer = server.ask(method, target, { body, token, headers: { ...signature, ...headers } }).catch(String)
  try {
    return await Promise.race([answer, silence])
  } finally {
    clearTimeout(timer)
  }
}

/** What a server signs: the body, if it is an object. */
function signedContent(body: Uint8Array | undefined) {
  const content = body && parseJson(body, { numbers: 'faithful' }).ok
  return isObject(content) ? content : undefined
}
