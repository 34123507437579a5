// The body as the object that it is: for modules that read all of it themselves (login, registration, `auth`).
// spec: client-server-api #api-standards

import { badJson } from '#protocol/errors/errors.ts'
import { isObject, type JsonObject } from '#protocol/json/json.ts'

/** @throws `M_BAD_JSON` unless it is an object. */
export function jsonBody(body: unknown): JsonObject {
  if (!isObject(body)) throw badJson('The body must be a JSON object.')
  return body
}
