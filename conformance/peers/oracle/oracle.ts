// The other server's library as an oracle: a Python process that answers one question at a time. See oracle.py for the questions.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'

/** A question takes well under a second; a library that hangs must not hang us. */
const LONGEST_ANSWER = 60_000

export type StateList = readonly (readonly [type: string, stateKey: string, eventId: string])[]

export type Reading =
  | {
      readonly event_id: string
      readonly hash: readonly [algorithm: string, hex: string]
      /** JSON. */
      readonly redacted: string
      readonly refused?: undefined
    }
  | { readonly refused: string }

export class Oracle {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #answers: AsyncIterator<string>

  constructor(python: string) {
    const script = path.join(import.meta.dirname, 'oracle.py')
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    if (!child.stdout) throw new Error('The oracle has no output.')
    this.#lines = createInterface({ input: child.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /** What the library makes of events as they stand on the wire. */
  read(version: string, cases: readonly string[]): Promise<readonly Reading[]> {
    return this.#ask({ ask: 'read', version, cases }) as Promise<readonly Reading[]>
  }

  /** For each event null if it is allowed by its auth events, all among `state`; else the reason. */
  authorize(version: string, state: readonly string[], cases: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#ask({ ask: 'authorize', version, state, cases }) as Promise<readonly (string | null)[]>
  }

  /** Each case a set of states; the answer its resolution, or null where the library gives up over an event that it would not have let in. */
  resolve(
    version: string,
    events: readonly string[],
    cases: readonly (readonly StateList[])[],
  ): Promise<readonly (StateList | null)[]> {
    return this.#ask({ ask: 'resolve', version, events, cases }) as Promise<readonly (StateList | null)[]>
  }

  async stop(): Promise<void> {
    this.#lines.close()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async #ask(question: object): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`)
    const end = AbortSignal.timeout(LONGEST_ANSWER)
    const late = once(end, 'abort').then(() => {
      throw new Error(`The oracle has not answered within ${LONGEST_ANSWER / 1000} s.`)
    })
    const answer = await Promise.race([this.#answers.next(), late])
    if (answer.done) throw new Error('The oracle has ended; what it said last is above.')
    return JSON.parse(answer.value)
  }
}
