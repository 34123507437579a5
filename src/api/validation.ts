// Checks values against the schemas of the definitions. The only place that turns a schema into running code.
// spec: client-server-api #api-standards (M_BAD_JSON, M_MISSING_PARAM, M_INVALID_PARAM)

import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/**
 * What is wrong first. `missing`: a member that must be there is not; `type`: a value of another JSON type; `value`: the right type
 * with a value that cannot be taken (not an identifier, not one of the choices, out of range).
 */
export interface Problem {
  readonly kind: 'missing' | 'type' | 'value'
  /** Where, as a dotted path; empty for the whole. At most 120 characters. */
  readonly at: string
  /** Completes "`at` …": "must be integer". */
  readonly sentence: string
}

export interface SchemaCheck {
  /** True if the value fits. */
  fits(value: unknown): boolean
  /** The first thing that is wrong with a value that does not fit. */
  problem(value: unknown): Problem
}

/**
 * A check of a schema. Compiling costs about 1 ms, so it is done at the first use; then a check of a small object costs about 0.05 µs.
 */
export function schemaCheck(schema: TSchema): SchemaCheck {
  let compiled: Validator | undefined
  const validator = () => {
    compiled ??= Compile(schema)
    return compiled
  }
  return {
    fits: (value) => validator().Check(value),
    problem: (value) => firstProblem(validator(), value),
  }
}

type SchemaError = ReturnType<Validator['Errors']>[number]

/** These only say that something deeper is wrong, which the errors before them have named. */
const wrappers = new Set(['anyOf', 'allOf', 'oneOf', 'additionalProperties', 'propertyNames'])

function firstProblem(validator: Validator, value: unknown): Problem {
  const errors = validator.Errors(value)
  const first = errors.find(({ keyword }) => !wrappers.has(keyword)) ?? errors[0]
  if (first === undefined) return { kind: 'value', at: '', sentence: 'cannot be taken' }
  const choice = errors.find(({ keyword, instancePath }) => keyword === 'anyOf' && instancePath === first.instancePath)
  return problemOf(choice ?? first)
}

function problemOf(error: SchemaError): Problem {
  const at = pathOf(error.instancePath)
  switch (error.keyword) {
    case 'required': {
      const [name = ''] = error.params.requiredProperties
      return { kind: 'missing', at: at === '' ? name : `${at}.${name}`, sentence: 'is missing' }
    }
    case 'type':
      return { kind: 'type', at, sentence: error.message }
    case 'anyOf':
      return { kind: 'type', at, sentence: 'has none of the forms that are possible here' }
    case 'enum':
      return { kind: 'value', at, sentence: `must be one of ${error.params.allowedValues.join(', ')}` }
    default:
      return { kind: 'value', at, sentence: error.message }
  }
}

/** `/rooms/!a:b/sessions` → `rooms.!a:b.sessions`. Names may be the caller's: they are cut, so that an error stays short. */
const pathOf = (pointer: string): string => pointer.slice(1, 121).replaceAll('/', '.')
