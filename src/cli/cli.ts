// The command line. Face of the folder.
// Exit codes: 0 done, 1 could not be done, 2 wrong use. Answers go to standard output, everything else to standard error.

import { parseArgs } from 'node:util'
import { nearestName } from '#platform/config/config.ts'
import { type Command, type Invocation, type OptionDefinition, type Parts, UsageError } from './command.ts'
import { commonOptions, helpOf, helpOfAll } from './help.ts'
import type { Io } from './io.ts'
import { serverCommands } from './server-commands.ts'
import { tenantCommands } from './tenant-commands.ts'
import { userCommands } from './user-commands.ts'

export type { Administration, Finding, NewUser, Place, TenantSummary, UserSummary } from './administration.ts'
export { administer, type Command, type Invocation, type Outcome, type Parts, UsageError } from './command.ts'
export type { Io } from './io.ts'
export { terminal } from './terminal.ts'

export type ExitCode = number

/** Runs until told to stop; what it says is its log. */
const serve: Command = {
  name: 'serve',
  summary: 'Run the server until it is told to stop (Ctrl-C, TERM).',
  run: async ({ parts, place }) => ({ text: '', json: undefined, exitCode: (await parts.serve(place)) === 0 ? 0 : 1 }),
}

const help: Command = {
  name: 'help',
  summary: 'Show help, of one command or of all.',
  // Answered before any command is run.
  run: async () => ({ text: '', json: undefined }),
}

/**
 * Runs one command.
 *
 * @param argv without the program and the script
 * @returns the exit code; never rejects
 */
export async function runCommandLine(argv: readonly string[], io: Io, parts: Parts): Promise<ExitCode> {
  const commands = [serve, ...tenantCommands, ...userCommands, ...serverCommands, help, ...(parts.commands ?? [])]
  const isJson = argv.includes('--json')
  try {
    const words = wordsOf(argv, commands)
    const command = commandOf(words, commands)
    if (command === undefined || command === help || asksForHelp(argv)) {
      io.out(helpFor(command, words, commands))
      return command === undefined && words.length === 0 && !asksForHelp(argv) ? 2 : 0
    }
    const outcome = await command.run(invocationOf(command, argv, io, parts))
    const said = isJson ? outcome.json !== undefined && JSON.stringify(outcome.json) : outcome.text
    if (said) io.out(said)
    return outcome.exitCode ?? 0
  } catch (error) {
    return tell(error, isJson, io)
  }
}

function tell(error: unknown, isJson: boolean, io: Io): ExitCode {
  const message = error instanceof Error ? error.message : String(error)
  const isUsage = error instanceof UsageError
  const advice = isUsage ? `${message}\nHelp: samband help` : message
  io.error(isJson ? JSON.stringify({ error: message }) : advice)
  return isUsage ? 2 : 1
}

const asksForHelp = (argv: readonly string[]): boolean => argv.includes('--help') || argv.includes('-h')

/** Everything that is no option and no value of one: the words of the command, then its arguments. */
function wordsOf(argv: readonly string[], commands: readonly Command[]): string[] {
  const options = Object.assign({}, ...commands.map((command) => parserOptions(command)))
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true }).positionals
}

/** The command with the most words at the start of `words`; undefined for none at all. Throws a UsageError on an unknown one. */
function commandOf(words: readonly string[], commands: readonly Command[]): Command | undefined {
  if (words.length === 0) return undefined
  const found = commands
    .filter(({ name }) => startsWith(words, name.split(' ')))
    .sort((a, b) => b.name.length - a.name.length)[0]
  if (found) return found
  const below = commands.filter(({ name }) => name.startsWith(`${words[0]} `)).map(({ name }) => name)
  const asked = words.slice(0, below.length > 0 ? 2 : 1).join(' ')
  const names = below.length > 0 ? below : commands.map(({ name }) => name)
  const nearest = nearestName(asked, names)
  const advice =
    nearest !== undefined && nearest !== asked ? `Did you mean "${nearest}"?` : `There are: ${names.join(', ')}.`
  throw new UsageError(`There is no command "${asked}". ${advice}`)
}

function helpFor(command: Command | undefined, words: readonly string[], commands: readonly Command[]): string {
  const asked = command === help ? words.slice(1) : words
  if (asked.length === 0) return helpOfAll(commands)
  const group = commands.filter(({ name }) => name.startsWith(`${asked[0]} `))
  if (asked.length === 1 && group.length > 0) return helpOfAll(group)
  const one = commandOf(asked, commands)
  return one ? helpOf(one) : helpOfAll(commands)
}

function invocationOf(command: Command, argv: readonly string[], io: Io, parts: Parts): Invocation {
  const { values, positionals } = parsed(command, argv)
  const given = positionals.slice(command.name.split(' ').length)
  const wanted = command.arguments ?? []
  const missing = wanted[given.length]
  if (missing) throw new UsageError(`<${missing.name}> is missing. ${missing.meaning}`)
  if (given.length > wanted.length)
    throw new UsageError(`"${given[wanted.length]}" is one argument too many for ${command.name}.`)
  const entries = Object.entries(values)
  return {
    arguments: Object.fromEntries(wanted.map(({ name }, i) => [name, given[i] ?? ''])),
    flags: new Set(entries.filter(([, value]) => value === true).map(([name]) => name)),
    values: new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    json: values['json'] === true,
    place: { configFile: typeof values['config'] === 'string' ? values['config'] : undefined },
    io,
    parts,
  }
}

function parsed(command: Command, argv: readonly string[]) {
  const options = parserOptions(command)
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw new UsageError(whatIsWrong(error, argv, Object.keys(options)))
  }
}

/** In our words, since Node's differ between versions and know no nearest name. */
function whatIsWrong(error: unknown, argv: readonly string[], known: readonly string[]): string {
  const unknown = argv.find((word) => /^--?[^-]/.test(word) && !known.includes(nameOfOption(word)))
  if (unknown === undefined) return error instanceof Error ? error.message : String(error)
  const nearest = nearestName(nameOfOption(unknown), known)
  const advice =
    nearest === undefined
      ? `There are: ${known.map((name) => `--${name}`).join(', ')}.`
      : `Did you mean "--${nearest}"?`
  return `There is no option "${unknown.split('=')[0]}". ${advice}`
}

const nameOfOption = (word: string): string => word.replace(/^--?/, '').replace(/=.*$/s, '')

function parserOptions(command: Command): Record<string, { type: OptionDefinition['type'] }> {
  const all: Readonly<Record<string, OptionDefinition>> = { ...command.options, ...commonOptions }
  return Object.fromEntries(Object.entries(all).map(([name, { type }]) => [name, { type }]))
}

function startsWith(words: readonly string[], start: readonly string[]): boolean {
  return start.every((word, i) => words[i] === word)
}
