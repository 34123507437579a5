// Reads the configuration: one YAML file, the environment above it, one schema that checks both. Face of the folder.
// What is wrong is told all at once, each with its place and what to write instead.

import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { type CamelCased, camelCased } from './camel-case.ts'
import { type Environment, type EnvironmentSetting, put, settingsFrom } from './environment.ts'
import { explain, nameOf, type Places } from './explain.ts'
import { ConfigFile } from './file.ts'
import { type Outline, outlineOfConfig } from './outline.ts'
import { ConfigError, type Problem } from './problem.ts'
import { configSchema } from './schema.ts'
import { readSecrets } from './secrets.ts'

export type { Environment } from './environment.ts'
export { manualPage } from './manual.ts'
export { nearestName } from './nearest-name.ts'
export { ConfigError, type Problem } from './problem.ts'

type Read = CamelCased<z.output<typeof configSchema>>

/** Names in camelCase; durations in milliseconds, sizes in bytes, paths absolute, secrets read from their files. */
export type Config = Omit<Read, 'media'> & { readonly media: Read['media'] & { readonly folder: string } }

export interface ConfigSource {
  /** Path of the YAML file. Without it (and without SAMBAND_CONFIG): only the environment and the defaults. */
  readonly file?: string | undefined
  readonly environment: Environment
  /** Where relative paths start when there is no file. */
  readonly workingFolder: string
}

/**
 * Reads and checks the configuration.
 *
 * Rejects with a `ConfigError` that lists every problem: an unknown name (with the nearest valid one), a wrong value (with what was
 * expected), a secret file that cannot be read, YAML that is none.
 */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const named = source.file ?? source.environment['SAMBAND_CONFIG']
  const path = named === undefined ? undefined : resolve(source.workingFolder, named)
  const file = new ConfigFile(named ?? 'configuration', path === undefined ? '' : await textOf(path))
  refuseIfAny(file.problems)
  const outline = outlineOfConfig()
  const data = file.data()
  const settings = settingsFrom(source.environment, outline)
  refuseIfAny(settings.filter((setting) => !put(data, setting)).map(misplaced))
  const places = placesOf(file, settings)
  const folder = path === undefined ? source.workingFolder : dirname(path)
  const secretProblems = await readSecrets(data, outline, places, folder)
  const parsed = configSchema.safeParse(data)
  const issues = parsed.error?.issues.flatMap((issue) => explain(issue, outline, places, data)) ?? []
  if (!parsed.success || secretProblems.length > 0) throw new ConfigError([...issues, ...secretProblems])
  return finished(parsed.data, outline, folder)
}

function finished(data: z.output<typeof configSchema>, outline: Outline, folder: string): Config {
  resolvePaths(data, outline, folder)
  const config = camelCased(data)
  return { ...config, media: { ...config.media, folder: config.media.folder ?? join(config.data, 'media') } }
}

/** Makes the paths in fresh data absolute, in place. */
function resolvePaths(data: object, outline: Outline, folder: string): void {
  for (const [name, value] of Object.entries(data)) {
    const here = outline.names.get(name) ?? outline.item
    if (here === undefined) continue
    if (here.isPath && typeof value === 'string') Reflect.set(data, name, resolve(folder, value))
    else if (typeof value === 'object' && value !== null) resolvePaths(value, here, folder)
  }
}

/** What an environment variable set is wrong in the environment, not in the file. */
function placesOf(file: ConfigFile, settings: readonly EnvironmentSetting[]): Places {
  const from = (path: readonly PropertyKey[]) => {
    const name = nameOf(path)
    const setting = settings.find((one) => {
      const set = nameOf(one.path)
      return set === name || name.startsWith(`${set}.`) || name.startsWith(`${set}[`)
    })
    return setting && `environment variable ${setting.variable}`
  }
  return {
    whereIs: (path) => from(path) ?? file.whereIs(path),
    whereIsName: (path, name) =>
      from([...path, name]) ?? fromBelow(settings, [...path, name]) ?? file.whereIsName(path, name),
  }
}

/** An unknown name may be in the middle of a variable's name. */
function fromBelow(settings: readonly EnvironmentSetting[], path: readonly PropertyKey[]): string | undefined {
  const name = nameOf(path)
  const setting = settings.find(
    (one) => nameOf(one.path).startsWith(`${name}.`) || nameOf(one.path).startsWith(`${name}[`),
  )
  return setting && `environment variable ${setting.variable}`
}

function misplaced({ variable, path }: EnvironmentSetting): Problem {
  const what = `"${nameOf(path)}" cannot be set: something on the way is no group, or a list item before it is missing`
  return { where: `environment variable ${variable}`, what }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new ConfigError([
      { where: path, what: 'this configuration file cannot be read. Check the path and its permissions.' },
    ])
  }
}

function refuseIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems)
}
