// What a server that has joined is given.
// spec: server-server-api, PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TakenJoin } from '#rooms/rooms.ts'
import { joinedText } from './joined-answer.ts'

test('events of the state are left out of the auth chain only for servers that said omit_members', () => {
  const known = (nid: number) => ({ nid, json: `{"n":${nid}}`, event: { pdu: {} } })
  const [create, old, join] = [known(1), known(2), known(3)]
  const taken = { event: join, state: [create], authChain: [create, old], servers: [] } as unknown as TakenJoin
  const chain = (omits?: boolean) => JSON.parse(joinedText(taken, omits)).auth_chain.length
  assert.equal(chain(), 2)
  assert.equal(chain(false), 2)
  assert.equal(chain(true), 1)
})
