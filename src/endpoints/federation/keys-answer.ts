// The answer of a notary as text: another server's keys are passed on as it signed them, numbers included.
// spec: server-server-api #querying-keys-through-another-server

import { canonicalJson, type JsonObject } from '#protocol/json/json.ts'
import { rawJson } from '../answer.ts'

export const keysAnswer = ({ server_keys }: { readonly server_keys: readonly JsonObject[] }) =>
  rawJson(canonicalJson({ server_keys: [...server_keys] }, 'faithful'))
