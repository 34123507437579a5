// The shared text of events, for readers.
// spec: client-server-api #room-event-format; rooms/v1 #canonical-json

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf } from '#protocol/event-for-tests/event-for-tests.ts'
import { eventFromStored } from '#protocol/events/events.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { prefixOf } from './event-form.ts'

test('until version 5 an event with fractions and wide integers is shown, with its numbers as they were written', () => {
  const numbers = '[1.5,1.0,1e-07,9007199254740993,-0.0]'
  for (const id of ['1', '5'] as const) {
    const { event } = knownOf(eventOf({ version: id }))
    const stored = JSON.stringify({ ...event.pdu, content: 0 }).replace('"content":0', `"content":{"n":${numbers}}`)
    const known = knownOf(eventFromStored(stored, roomVersion(id), event.eventId))
    assert.match(prefixOf(known, { roomId: false }), /"content":\{"n":\[1\.5,1\.0,1e-07,9007199254740993,-0\.0\]\}/)
  }
})

function knownOf(event: KnownEvent['event']): KnownEvent {
  const nothing = { stateBefore: undefined, stateAfter: undefined, stateCurrent: undefined, chain: undefined }
  const flags = { outlier: false, rejected: false, softFailed: false, relay: false }
  const sent = { redactedBy: undefined, deviceId: undefined, txnId: undefined, receivedTs: 0 }
  return { nid: 1, roomNid: 1, event, json: '', position: 1, authNids: [], ...nothing, ...flags, ...sent }
}
