// Reads the JSON body of a request, strictly, and turns what is wrong with it into the error that the specification names.
// spec: client-server-api #api-standards, #common-error-codes

import type { Endpoint } from '#api/endpoint.ts'
import type { Problem, SchemaCheck } from '#api/validation.ts'
import type { HttpRequest } from '#platform/http/http.ts'
import { badJson, invalidParam, type MatrixError, missingParam, notJson, tooLarge } from '#protocol/errors/errors.ts'
import { canonicalJson, isSyntaxFault, type Json, parseJson, sentenceFor } from '#protocol/json/json.ts'

/** 1 MiB: sixteen events, more than any call but bulk ones needs; those say so in their definition. */
const BODY_LIMIT = 1024 * 1024

/** A body that is JSON; not yet looked at. */
export interface JsonBody {
  readonly json: Json
  /** With every number as the text that was sent; undefined where that makes no difference. */
  verbatim(): Json | undefined
}

export async function readJsonBody(request: HttpRequest, endpoint: Endpoint): Promise<JsonBody> {
  const limit = endpoint.bodyLimit ?? BODY_LIMIT
  refuseDeclaredLength(request, limit)
  const bytes = await request.body(limit)
  if (bytes.length === 0) {
    if (endpoint.emptyBody === true) return { json: {}, verbatim: () => undefined }
    throw notJson('The body is empty. Send a JSON object, {} if there is nothing to say.')
  }
  // Rooms of versions 1 to 5 may hold numbers that a double cannot: their hashes cover the text.
  const numbers = endpoint.authenticate === 'signed' ? 'faithful' : 'any'
  const { ok, error } = parseJson(bytes, { numbers })
  if (error === undefined) return { json: ok, verbatim: () => verbatimOf(bytes, ok) }
  throw isSyntaxFault(error) ? notJson(sentenceFor(error)) : badJson(sentenceFor(error))
}

function verbatimOf(bytes: Uint8Array, json: Json): Json | undefined {
  const { ok } = parseJson(bytes, { numbers: 'verbatim' })
  return ok !== undefined && canonicalJson(ok, 'faithful') !== canonicalJson(json, 'faithful') ? ok : undefined
}

/** The answer to a body that is too large, before a byte of it is read where the client says how long it is. */
function refuseDeclaredLength(request: HttpRequest, limit: number): void {
  const declared = Number(request.headers['content-length'])
  if (declared > limit) throw bodyTooLarge(limit)
}

export const bodyTooLarge = (limit: number) =>
  tooLarge(`The body is larger than ${limit} bytes, the most that is taken here. Send less at once.`)

/** Refuses a value that does not fit its schema. `where` names it: "body", "query", "path". */
export function refuseUnlessFits(value: unknown, check: SchemaCheck, where: 'body' | 'query' | 'path'): void {
  if (!check.fits(value)) throw refusal(check.problem(value), where)
}

function refusal({ kind, at, sentence }: Problem, where: 'body' | 'query' | 'path'): MatrixError {
  const subject = at === '' ? `The ${where}` : `"${at}" in the ${where}`
  if (kind === 'missing') return missingParam(`${subject} ${sentence}.`)
  // Only a body can have a member of another type: in a path or query everything is text, so its value is wrong.
  return kind === 'type' && where === 'body'
    ? badJson(`${subject} ${sentence}.`)
    : invalidParam(`${subject} ${sentence}.`)
}
