// Kinds of values that operators write: durations, sizes, paths, secrets. The words in `meta` become the manual and the error messages.

import { z } from 'zod'

/** What the manual and error messages say of a value, beside its description. */
export interface Meaning {
  /** Completes "expected …". */
  readonly expected?: string
  /** The value is a path, relative to the folder of the configuration file. */
  readonly path?: boolean
  readonly [name: string]: unknown
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 }

/** `30s`, `5m`, `12h`, `7d`, `250ms` → milliseconds. */
export const duration = (description: string) =>
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$/)
    .meta(meaning(description, { expected: 'a duration such as 30s, 5m, 12h or 7d' }))
    .transform((text) => scaled(text, UNITS))

/** `512KiB`, `50MiB`, `2GiB` → bytes. */
export const size = (description: string) =>
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,3})?(B|KiB|MiB|GiB|TiB)$/)
    .meta(meaning(description, { expected: 'a size such as 512KiB, 50MiB or 2GiB' }))
    .transform((text) => scaled(text, SIZES))

/** A path; relative ones are taken from the folder of the configuration file. */
export const path = (description: string) =>
  z
    .string()
    .min(1)
    .meta(meaning(description, { expected: 'a path', path: true }))

export const text = (description: string, expected = 'text') =>
  z.string().min(1).meta(meaning(description, { expected }))

/** An `http` or `https` address of a host, with or without a path; nothing behind that. */
export const url = (description: string) => refined(description, isWebAddress, 'an address such as https://a.example')

/** `host` or `host:port`. */
export const authority = (description: string) =>
  refined(description, isAuthority, 'a host and port such as a.example:443')

export const flag = (description: string) => z.boolean().meta(meaning(description, { expected: 'true or false' }))

export const whole = (description: string, least: number, most: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta(meaning(description, { expected: `a whole number from ${least} to ${most}` }))

export const number = (description: string, least: number, most: number) =>
  z
    .number()
    .min(least)
    .max(most)
    .meta(meaning(description, { expected: `a number from ${least} to ${most}` }))

export const choice = <const Names extends readonly [string, ...string[]]>(description: string, names: Names) =>
  z.enum(names).meta(meaning(description, { expected: `one of ${names.join(', ')}` }))

export const list = <Item extends z.ZodType>(description: string, item: Item, expected: string) =>
  z.array(item).meta(meaning(description, { expected }))

/** The file that holds a secret of the same name without `_file`. Read at start, the line feed at its end removed. */
export const secretFile = (of: string) =>
  path(`File that holds \`${of}\`, instead of writing it here. Readable for the server's user only.`).optional()

const refined = (description: string, isGood: (value: string) => boolean, expected: string) =>
  z
    .string()
    .refine(isGood, { error: `expected ${expected}` })
    .meta(meaning(description, { expected }))

function isWebAddress(value: string): boolean {
  const read = URL.parse(value)
  return read !== null && /^https?:$/.test(read.protocol) && !/[?#@\s]/.test(value)
}

function isAuthority(value: string): boolean {
  return /^(\[[\da-f:.]+\]|[a-z\d.-]+)(:\d{1,5})?$/i.test(value) && URL.canParse(`https://${value}`)
}

function meaning(description: string, rest: Meaning): Meaning & { description: string } {
  return { description, ...rest }
}

function scaled(value: string, units: Readonly<Record<string, number>>): number {
  const [, digits = '', unit = ''] = /^([\d.]+)(\w+)$/.exec(value) ?? []
  return Math.round(Number(digits) * (units[unit] ?? 1))
}
