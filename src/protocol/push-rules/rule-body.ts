// Checks of what a client sends to make a rule or to set its actions.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { badJson, invalidParam, missingParam } from '#protocol/errors/errors.ts'
import { isObject, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import { withoutHistoricalActions } from './compile-ruleset.ts'
import { isCompleteCondition } from './conditions.ts'
import type { PushAction, RuleKind } from './rule-types.ts'

/** Rule IDs name rooms, users or a client's own words: room for the longest identifier (255 bytes) and some more. */
const maxRuleIdLength = 512
/** Rules run for every event of every room of their owner: no real rule comes near these. */
const maxConditions = 32
const maxActions = 32
const maxPatternLength = 1024
const maxActionsText = 4096

export interface RuleBody {
  readonly actions: readonly PushAction[]
  readonly conditions?: readonly JsonObject[]
  readonly pattern?: string
}

/** Refuses IDs that a user may not give to a rule. @throws `M_INVALID_PARAM` */
export function checkRuleId(ruleId: string): void {
  if (ruleId === '') throw invalidParam('The rule ID is empty. Give the rule an ID.')
  if (ruleId.startsWith('.')) {
    throw invalidParam('Rule IDs that start with a dot belong to the predefined rules. Choose another ID.')
  }
  if (/[/\\]/.test(ruleId)) throw invalidParam('A rule ID may not contain / or \\. Choose another ID.')
  if (ruleId.length > maxRuleIdLength) {
    throw invalidParam(`The rule ID is too long. Use at most ${maxRuleIdLength} characters.`)
  }
}

/** Reads the body of a new or changed rule. @throws `M_BAD_JSON`, `M_MISSING_PARAM`, `M_INVALID_PARAM` */
export function readRuleBody(kind: RuleKind, body: Json): RuleBody {
  if (!isObject(body)) throw badJson('The rule must be a JSON object.')
  const actions = readActions(member(body, 'actions'))
  if (kind === 'content') return { actions, pattern: readPattern(member(body, 'pattern')) }
  if (kind === 'override' || kind === 'underride') {
    return { actions, conditions: readConditions(member(body, 'conditions')) }
  }
  return { actions }
}

/** Reads a list of actions; those of the past are dropped. @throws `M_BAD_JSON`, `M_MISSING_PARAM`, `M_INVALID_PARAM` */
export function readActions(value: Json | undefined): readonly PushAction[] {
  if (value === undefined) throw missingParam('`actions` is missing. Send a list; an empty one notifies nobody.')
  if (!Array.isArray(value)) throw badJson('`actions` must be a list.')
  if (value.length > maxActions) throw invalidParam(`\`actions\` is too long. Use at most ${maxActions}.`)
  const actions = withoutHistoricalActions(value.map(readAction))
  if (JSON.stringify(actions).length > maxActionsText) {
    throw invalidParam(`\`actions\` is too large. Use at most ${maxActionsText} characters of JSON.`)
  }
  return actions
}

function readAction(value: Json): PushAction {
  if (value === 'notify' || value === 'dont_notify' || value === 'coalesce') return value
  if (isObject(value) && typeof member(value, 'set_tweak') === 'string') return value
  throw invalidParam('Each action must be "notify" or an object with the member "set_tweak".')
}

function readPattern(value: Json | undefined): string {
  if (value === undefined) throw missingParam('`pattern` is missing. A content rule needs the pattern to look for.')
  if (typeof value !== 'string') throw badJson('`pattern` must be a string.')
  if (value.length > maxPatternLength) {
    throw invalidParam(`\`pattern\` is too long. Use at most ${maxPatternLength} characters.`)
  }
  return value
}

function readConditions(value: Json | undefined): readonly JsonObject[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw badJson('`conditions` must be a list.')
  if (value.length > maxConditions) throw invalidParam(`\`conditions\` is too long. Use at most ${maxConditions}.`)
  return value.map(readCondition)
}

function readCondition(value: Json): JsonObject {
  if (!isObject(value)) throw badJson('Each condition must be a JSON object.')
  if (typeof member(value, 'kind') !== 'string') throw missingParam('A condition has no `kind`. Say which it is.')
  const pattern = member(value, 'pattern')
  if (typeof pattern === 'string') readPattern(pattern)
  if (!isCompleteCondition(value)) {
    throw invalidParam(
      'A condition lacks a parameter of its kind, or has one of the wrong type, and would never match.',
    )
  }
  return value
}
