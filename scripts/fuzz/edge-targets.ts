// What stands at the edge of the server: queries and bodies against the definitions, tokens that we gave out, headers of files.

import assert from 'node:assert/strict'
import type { Endpoint } from '#api/endpoint.ts'
import { endpoints } from '#api/endpoints.ts'
import { schemaCheck } from '#api/validation.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseJson } from '#protocol/json/json.ts'
import { parseToken, tokenOf } from '#rooms/rooms.ts'
import type { FuzzTarget } from './run-fuzz.ts'

export function edgeTargets(): readonly FuzzTarget[] {
  return [
    { name: 'request-bodies', seeds: bodies.map((body) => Buffer.from(body)), run: checkBodies() },
    { name: 'tokens', seeds: ['s12', 't5_12', 't5_-3', 's0'].map((token) => Buffer.from(token)), run: readTokens },
  ]
}

const bodies = [
  '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"anna"},"password":"x","device_id":"A"}',
  '{"preset":"private_chat","invite":["@bo:beta.se"],"initial_state":[{"type":"m.room.topic","state_key":"","content":{}}],"room_version":"12"}',
  '{"one_time_keys":{"@bo:beta.se":{"DEV":"signed_curve25519"}},"timeout":10000}',
  '{"messages":{"@bo:beta.se":{"*":{"algorithm":"m.olm.v1.curve25519-aes-sha2","ciphertext":{}}}}}',
  '{"origin":"beta.se","origin_server_ts":1700000000000,"pdus":[{"type":"m.room.message"}],"edus":[{"edu_type":"m.typing","content":{}}]}',
  '{"actions":["notify",{"set_tweak":"sound","value":"default"}],"conditions":[{"kind":"event_match","key":"type","pattern":"*"}]}',
  '{"device_keys":{"user_id":"@anna:alfa.se","device_id":"A","algorithms":[],"keys":{"ed25519:A":"x"},"signatures":{}}}',
]

/** Any JSON against the body of every endpoint: it fits, or there is a sentence that says why not. */
function checkBodies(): FuzzTarget['run'] {
  const checks = endpoints.flatMap(({ body }: Endpoint) =>
    body === undefined || body === 'bytes' ? [] : schemaCheck(body),
  )
  return (input) => {
    const { ok: json } = parseJson(input)
    if (json === undefined) return
    for (const check of checks) if (!check.fits(json)) assert.ok(check.problem(json).sentence.length > 0)
  }
}

/** A token that is taken is the token of the point that it names. */
function readTokens(input: Uint8Array): void {
  const text = Buffer.from(input).toString('utf8')
  try {
    const point = parseToken(text)
    assert.deepEqual(parseToken(tokenOf(point)), point)
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
  }
}
