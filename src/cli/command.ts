// A command: what it is called, what it takes, what it does. Help is made from this.

import type { Random } from '#platform/random/random.ts'
import type { Administration, Place } from './administration.ts'
import type { Io } from './io.ts'

export interface OptionDefinition {
  readonly type: 'boolean' | 'string'
  /** What stands for the value in the help: `--after <user ID>`. */
  readonly value?: string
  readonly meaning: string
}

export interface ArgumentDefinition {
  readonly name: string
  readonly meaning: string
}

export interface Invocation {
  /** By name, all of them there. */
  readonly arguments: Readonly<Record<string, string>>
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly json: boolean
  readonly place: Place
  readonly io: Io
  readonly parts: Parts
}

/** What a command has to say: sentences for people, the same facts for programs. */
export interface Outcome {
  readonly text: string
  readonly json: unknown
  /** 0 unless told; 1 when the thing looked at is not in order. */
  readonly exitCode?: 0 | 1
}

export interface Command {
  /** Words: `tenant create`. */
  readonly name: string
  readonly summary: string
  /** Further sentences for its help. */
  readonly explanation?: string
  readonly arguments?: readonly ArgumentDefinition[]
  readonly options?: Readonly<Record<string, OptionDefinition>>
  run(invocation: Invocation): Promise<Outcome>
}

/** What the command line is given by `main`. */
export interface Parts {
  readonly version: string
  readonly random: Random
  openAdministration(place: Place): Promise<Administration>
  /** Runs the server until it is told to stop; resolves with the exit code. */
  serve(place: Place): Promise<number>
  /** Commands beside those of this folder. */
  readonly commands?: readonly Command[]
}

/** Wrong use: exit code 2, with the way to the help. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** Opens the administration for one act, and closes it whatever happens. */
export async function administer<Result>(
  { parts, place }: Invocation,
  act: (administration: Administration) => Promise<Result>,
): Promise<Result> {
  const administration = await parts.openAdministration(place)
  try {
    return await act(administration)
  } finally {
    await administration.close()
  }
}
