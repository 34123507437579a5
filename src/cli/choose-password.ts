// A password for somebody: asked for, read from standard input, or made up. Never an argument: arguments are seen by everybody on the machine.

import { type Invocation, type OptionDefinition, UsageError } from './command.ts'

/** 24 characters of 62: 142 bits. */
const LENGTH = 24

export const passwordOptions = {
  'password-stdin': { type: 'boolean', meaning: 'Read the password from the first line of standard input.' },
  'random-password': { type: 'boolean', meaning: 'Make one up and show it once.' },
} as const satisfies Readonly<Record<string, OptionDefinition>>

export interface Chosen {
  readonly password: string
  /** Whether it was made up, and must therefore be shown. */
  readonly isNew: boolean
}

export async function choosePassword({ flags, io, parts }: Invocation): Promise<Chosen> {
  if (flags.has('password-stdin') && flags.has('random-password')) {
    throw new UsageError('Choose one of --password-stdin and --random-password.')
  }
  if (flags.has('random-password')) return { password: parts.random.text(LENGTH), isNew: true }
  if (flags.has('password-stdin')) return { password: refuseEmpty(await io.readLine()), isNew: false }
  if (!io.canAsk) {
    throw new UsageError('There is no terminal to ask for the password. Give --password-stdin or --random-password.')
  }
  const password = refuseEmpty(await io.askSecret('Password: '))
  if ((await io.askSecret('Once more: ')) !== password)
    throw new Error('The two are not the same. Nothing was changed.')
  return { password, isNew: false }
}

function refuseEmpty(password: string): string {
  if (password === '') throw new Error('The password is empty. Nothing was changed.')
  return password
}
