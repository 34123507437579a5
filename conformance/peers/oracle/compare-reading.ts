// Do we and the other server's library read the same events in the same way: taken or refused, event ID, content hash, redacted form?
// spec: server-server-api #calculating-the-content-hash-for-an-event, #calculating-the-reference-hash-for-an-event; rooms/v1 to v12 #redactions

import { contentHash, parsePdu, redactEvent } from '#protocol/events/events.ts'
import { canonicalJson, type JsonObject, parseJson, withoutMembers } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { seededRandom } from '../../../src/platform/random/random.ts'
import type { Disagreement } from './disagreement.ts'
import { drawPdu } from './drawn-pdu.ts'
import { Draw } from './drawn-room.ts'
import type { Oracle, Reading } from './oracle.ts'
import { crypto, numbersOf } from './signed-room.ts'

const PDUS = 200

export async function compareReading(oracle: Oracle, version: RoomVersion, seed: number): Promise<Disagreement[]> {
  const draw = new Draw(seededRandom(seed))
  const drawn = Array.from({ length: PDUS }, () => drawPdu(version, draw))
  const answers = await oracle.read(version.id, drawn)
  return drawn.flatMap((text, at) => {
    const theirs = answers[at]
    const what = theirs && difference(text, theirs, version)
    return what === undefined
      ? []
      : [{ about: `reading, version ${version.id}, seed ${seed}`, what, input: JSON.parse(text) }]
  })
}

/** Their library looks at these elsewhere: at the content hash, at the room's creation, where the content is used. */
const refusedElsewhere = ['format/room-id', 'format/hashes', 'format/content']

function difference(text: string, theirs: Reading, version: RoomVersion): string | undefined {
  const { ok: json, error } = parseJson(text, { numbers: numbersOf(version) })
  const ours = json === undefined ? { refused: { rule: `format/${error}` } } : parsePdu(json, version, crypto)
  if (ours.refused !== undefined) {
    const isTaken = theirs.refused === undefined && !refusedElsewhere.includes(ours.refused.rule)
    return isTaken ? `we refuse it: ${ours.refused.rule}` : undefined
  }
  // Most of what they refuse here fails a later check of ours: signatures, authorization. Sizes do not.
  if (theirs.refused !== undefined) return theirs.refused.includes('EventSizeError') ? theirs.refused : undefined
  if (ours.ok.eventId !== theirs.event_id) return `event ID: ours ${ours.ok.eventId}, theirs ${theirs.event_id}`
  const hash = Buffer.from(contentHash(ours.ok.pdu, version, crypto), 'base64').toString('hex')
  if (hash !== theirs.hash[1]) return 'content hash'
  const redacted = canonicalJson(redactEvent(ours.ok).pdu, 'faithful')
  const theirsRedacted = parseJson(theirs.redacted, { numbers: 'faithful' }).ok as JsonObject
  const same = redacted === canonicalJson(withoutMembers(theirsRedacted, 'unsigned'), 'faithful')
  return same ? undefined : `redacted: ours ${redacted}, theirs ${theirs.redacted}`
}
