// Help, made from the commands.

import type { ArgumentDefinition, Command, OptionDefinition } from './command.ts'

export const commonOptions = {
  config: { type: 'string', value: 'file', meaning: 'The configuration file. Else SAMBAND_CONFIG, else the defaults.' },
  json: { type: 'boolean', meaning: 'Answer with one JSON object, for programs.' },
  help: { type: 'boolean', meaning: 'Show help.' },
} as const satisfies Readonly<Record<string, OptionDefinition>>

export function helpOfAll(commands: readonly Command[]): string {
  const lines = commands.map(({ name, summary }) => [name, summary] as const)
  return [
    'Samband: federated chat for public authorities.',
    '',
    'Usage: samband <command> [options]',
    '',
    columns(lines),
    '',
    'Every command takes:',
    columns(optionLines(commonOptions)),
    '',
    'More of one: samband help <command>. The settings: docs/manual/configuration.md.',
  ].join('\n')
}

export function helpOf(command: Command): string {
  const given = command.arguments ?? []
  const usage = ['Usage: samband', command.name, ...given.map(({ name }) => `<${name}>`), '[options]'].join(' ')
  const options = { ...command.options, ...commonOptions }
  return [
    command.summary,
    ...(command.explanation === undefined ? [] : [command.explanation]),
    '',
    usage,
    '',
    columns([...given.map(argumentLine), ...optionLines(options)]),
  ].join('\n')
}

function argumentLine({ name, meaning }: ArgumentDefinition): readonly [string, string] {
  return [`<${name}>`, meaning]
}

function optionLines(options: Readonly<Record<string, OptionDefinition>>): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, meaning }]) => [
    value === undefined ? `--${name}` : `--${name} <${value}>`,
    meaning,
  ])
}

function columns(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length))
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
