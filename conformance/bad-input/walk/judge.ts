// Whether an answer to a wrong request is one: refused by name, in few words, or let through where the definition lets it.
// spec: client-server-api #standard-error-response, #common-error-codes, #user-interactive-api-in-the-rest-api

import type { Endpoint } from '#api/endpoint.ts'
import { schemaCheck } from '#api/validation.ts'
import { arrayAt } from '#protocol/json/json.ts'
import type { Answered } from '../server-under-test.ts'
import type { Made } from './cases.ts'

/** Bytes: what a caller sent is not sent back to him. */
const LONGEST_ERROR = 2_000

/** @returns what is wrong with the answer, undefined if nothing is */
export function faultOf(endpoint: Endpoint, { refusedWith }: Made, answer: Answered): string | undefined {
  const { status, body } = answer
  if (status >= 500) return `is a defect: ${status} ${JSON.stringify(body)}`
  if (status < 400) {
    if (refusedWith !== undefined) return `was let through with ${status}, where it is ${refusedWith.join(' or ')}`
    return answerFault(endpoint, answer)
  }
  if (refusedWith === undefined && isAskedToProve(endpoint, answer)) return undefined
  if (isPage(endpoint, answer)) return undefined
  const { errcode, error } = body ?? {}
  if (typeof errcode !== 'string' || !/^M_[A-Z_]+$/.test(errcode))
    return `has no errcode: ${status} ${JSON.stringify(body)}`
  if (typeof error !== 'string' || error.length < 10) return `says nothing: ${status} ${errcode} ${error}`
  if (JSON.stringify(body).length > LONGEST_ERROR) return `says too much: ${JSON.stringify(body).length} bytes`
  if (refusedWith !== undefined && !refusedWith.includes(errcode)) {
    return `is ${status} ${errcode} (${error}), where it is ${refusedWith.join(' or ')}`
  }
  if (refusedWith === undefined && errcode === 'M_UNKNOWN' && !mayBeUnknown(endpoint))
    return `has no errcode of its own: ${status} ${error}`
  return undefined
}

/** Where the specification itself has no errcode: for a rule that is not found, a room not left, a way to log in; and for no thumbnail. */
const mayBeUnknown = ({ operationId, userInteractive = false }: Endpoint): boolean =>
  userInteractive || unknown.has(operationId)

const unknown: ReadonlySet<string> = new Set(['setPushRule', 'forgetRoom', 'login', 'registerBySharedSecret'])

/** What people open from a mail says in words what is wrong. */
const isPage = ({ response }: Endpoint, { headers }: Answered): boolean =>
  response === undefined && String(headers['content-type']).startsWith('text/html')

const isAskedToProve = ({ userInteractive }: Endpoint, { status, body }: Answered): boolean =>
  userInteractive === true && status === 401 && arrayAt(body ?? {}, 'flows') !== undefined

function answerFault({ response }: Endpoint, { status, body }: Answered): string | undefined {
  if (response === undefined || status !== 200 || schemaCheck(response).fits(body)) return undefined
  const { at, sentence } = schemaCheck(response).problem(body)
  return `has an answer that is none: "${at}" ${sentence}`
}
