// Loaded before each test process: notes which operations are asked and what they answer, over sockets and over the loop-back line, and
// writes it into the folder that SAMBAND_OBSERVATIONS names when the process ends. What is tested knows nothing of it.
// spec: CONTRIBUTING.md (tests)

import { writeFileSync } from 'node:fs'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { join, relative } from 'node:path'
import { type Dispatch, Loopback } from '#federation/transport/transport.ts'
import type { Observation } from './observations.ts'
import { operationFor } from './operations.ts'

/** Different bodies kept for each operation and status of a process: enough for every form that an answer takes. */
const MAX_BODIES = 40
/** Larger ones are not looked into. */
const MAX_BODY_BYTES = 256 * 1024

const seen = new Map<string, Observation>()

function note(method: string, target: string, status: number, body: string | undefined): void {
  const operation = operationFor(method, target.split('?', 1)[0] ?? '')
  if (operation === undefined) return
  const key = `${operation} ${status}`
  const observation = seen.get(key) ?? {
    operation,
    status,
    test: process.env['SAMBAND_OBSERVED_TEST'] ?? '',
    bodies: [],
  }
  seen.set(key, observation)
  const { bodies } = observation
  if (body !== undefined && bodies.length < MAX_BODIES && !bodies.includes(body)) bodies.push(body)
}

type Write = (...args: unknown[]) => unknown

/** Notes what goes through `write` and `end` of a response. */
function listen(response: ServerResponse & { req: IncomingMessage }): void {
  const pieces: Buffer[] = []
  let length = 0
  const keep = (piece: unknown) => {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) return
    const bytes = Buffer.from(piece as string)
    length += bytes.length
    if (length <= MAX_BODY_BYTES) pieces.push(bytes)
  }
  for (const name of ['write', 'end'] as const) {
    const former = response[name].bind(response) as Write
    Object.defineProperty(response, name, {
      value: (...args: unknown[]) => {
        keep(args[0])
        return former(...args)
      },
    })
  }
  response.once('finish', () => {
    const text = length <= MAX_BODY_BYTES ? Buffer.concat(pieces).toString() : ''
    const { method = '', url = '' } = response.req
    note(method, url, response.statusCode, looksLikeJson(text) ? text : undefined)
  })
}

const looksLikeJson = (text: string): boolean => text.startsWith('{') || text.startsWith('[')

const { assignSocket } = ServerResponse.prototype
ServerResponse.prototype.assignSocket = function assignObserved(socket) {
  listen(this as ServerResponse & { req: IncomingMessage })
  assignSocket.call(this, socket)
}

const { register } = Loopback.prototype
Loopback.prototype.register = function registerObserved(serverName, dispatch) {
  const observed: Dispatch = async (request) => {
    const answer = await dispatch(request)
    const pieces: Uint8Array[] = []
    for await (const piece of answer.body) pieces.push(piece)
    const text = Buffer.concat(pieces).toString()
    note(request.method, request.target, answer.status, looksLikeJson(text) ? text : undefined)
    return { ...answer, body: again(pieces) }
  }
  return register.call(this, serverName, observed)
}

async function* again(pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces
}

const folder = process.env['SAMBAND_OBSERVATIONS']
const program = process.argv[1] ?? ''
// Programs that a test starts inherit its name.
if (program.endsWith('.test.ts')) process.env['SAMBAND_OBSERVED_TEST'] = relative(process.cwd(), program)
if (folder !== undefined) {
  process.on('exit', () => {
    if (seen.size > 0) writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify([...seen.values()]))
  })
}
