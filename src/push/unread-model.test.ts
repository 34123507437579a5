import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { roomsForTests } from '#ephemeral/rooms-for-tests.ts'
import { logTo } from '#platform/log/log.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { unreachableGateways } from './gateway-for-tests.ts'
import { Push } from './push.ts'

const t = roomsForTests()
let push: Push | undefined
after(() => push?.stop())

/** What happens in a room, by number: a message in the main timeline (0) or the thread of the first or second root, or a receipt. */
type Act =
  | { readonly kind: 'message'; readonly own: boolean; readonly thread: 0 | 1 | 2 }
  | { readonly kind: 'receipt'; readonly upTo: number; readonly threaded: boolean; readonly isPrivate: boolean }

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('message'), own: fc.boolean(), thread: fc.constantFrom(0, 1, 2) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('receipt'),
        upTo: fc.nat(20),
        threaded: fc.boolean(),
        isPrivate: fc.boolean(),
      }),
    },
  ),
  { minLength: 1, maxLength: 14 },
)

interface Sent {
  readonly eventId: EventId
  readonly own: boolean
  readonly thread: EventId | 'main'
}

/** The definition: an event is unread when no receipt for the room or its thread, and no own message in its thread, is at or after it. */
function unreadByDefinition(sent: readonly Sent[], marks: ReadonlyMap<string, number>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [index, { own, thread }] of sent.entries()) {
    const answered = sent.findLastIndex((each) => each.own && each.thread === thread)
    const read = Math.max(marks.get('') ?? -1, marks.get(thread) ?? -1, answered)
    if (!own && index > read) counts.set(thread, (counts.get(thread) ?? 0) + 1)
  }
  return counts
}

async function run(roomId: RoomId, anna: UserId, bo: UserId, plan: readonly Act[]): Promise<void> {
  const sent: Sent[] = []
  const marks = new Map<string, number>()
  const send = async (own: boolean, root: EventId | undefined) => {
    const more: JsonObject = root === undefined ? {} : { 'm.relates_to': { rel_type: 'm.thread', event_id: root } }
    sent.push({ eventId: await t.say(roomId, own ? bo : anna, 'x', more), own, thread: root ?? 'main' })
  }
  await send(false, undefined)
  await send(false, undefined)
  const roots = [undefined, sent[0]?.eventId, sent[1]?.eventId]
  for (const act of plan) {
    if (act.kind === 'message') {
      await send(act.own, roots[act.thread])
      continue
    }
    const index = act.upTo % sent.length
    const target = sent[index]
    if (target === undefined) continue
    const thread = act.threaded ? target.thread : ''
    marks.set(thread, Math.max(marks.get(thread) ?? -1, index))
    const marker = { [act.isPrivate ? 'm.read.private' : 'm.read']: target.eventId }
    await t.ephemeral.receipts.set(bo, roomId, marker, thread === '' ? undefined : thread)
  }
  const counted = (await push?.unreadCounts(bo, [roomId], t.stream.head))?.get(roomId)
  const expected = unreadByDefinition(sent, marks)
  assert.equal(counted?.main.notifications, expected.get('main') ?? 0)
  expected.delete('main')
  const threads = [...(counted?.threads ?? [])].map(([root, { notifications }]) => [root, notifications] as const)
  assert.deepEqual(new Map(threads), expected)
}

test('property: whatever the order of messages, threads and receipts, what is unread is what the definition says', async () => {
  await t.settled
  const { serverName, database, stream, clock, accounts, rooms, ephemeral } = t
  const parts = { serverName, database, stream, clock, accounts, rooms, ephemeral, log: logTo({ write() {} }) }
  push = await Push.open({ ...parts, gateways: unreachableGateways, options: { predefined: {} } })
  const [anna, bo] = [await t.user('anna'), await t.user('bo')]
  await fc.assert(
    fc.asyncProperty(acts, async (plan) => run(await t.room(anna, bo), anna, bo, plan)),
    { numRuns: 40 },
  )
})
