// The conversation that shows what Samband is for: Anna and Bo, of two authorities, talk encrypted across the border.
// Used by `npm run demo` and by the tests. `tell` gets one line per thing that happens.

import { attachmentRoundTrip } from './attachment.ts'
import { type Home, Participant } from './participant.ts'
import { verifyByEmoji } from './verify-by-emoji.ts'

export interface Conversation {
  readonly anna: Home
  readonly bo: Home
  readonly tell: (line: string) => void
  /** Called while Bo is away: a test kills and restarts his server here. */
  readonly whileBoIsAway?: () => Promise<void>
}

export async function converse({ anna: annaHome, bo: boHome, tell, whileBoIsAway }: Conversation): Promise<void> {
  const anna = await Participant.arrive(annaHome)
  const bo = await Participant.arrive(boHome)
  tell(`${anna.userId} och ${bo.userId} är inloggade, var och en hos sin myndighet.`)
  await anna.secureAccount()
  await bo.secureAccount()
  tell('Båda har nycklar för korssignering och en nyckelsäkerhetskopia.')

  const direct = await anna.createEncryptedRoom(undefined, [bo.userId], true)
  await bo.accept(direct)
  const emoji = await verifyByEmoji(anna, bo, direct)
  tell(`De jämför emoji, och de är lika: ${emoji.join(' ')}`)

  const group = await anna.createEncryptedRoom('Samverkan', [bo.userId], false)
  await bo.accept(group)
  const hello = await say(anna, bo, group, { msgtype: 'm.text', body: 'Hej Bo! Kan vi ta ärendet här?' }, tell)
  await say(bo, anna, group, replyTo(hello, 'Hej Anna, det går bra.'), tell)
  await say(anna, bo, group, edit(hello, 'Hej Bo! Kan vi ta hela ärendet här?'), tell)
  const reaction = await bo.client.sendEvent(
    group,
    'm.reaction' as never,
    {
      'm.relates_to': { rel_type: 'm.annotation', event_id: hello, key: '👍' },
    } as never,
  )
  await anna.sees(group, reaction.event_id)
  tell('bo: 👍')
  await say(bo, anna, group, inThread(hello, 'Jag svarar i en tråd.'), tell)
  await attachmentRoundTrip(anna, bo, group)
  tell('anna skickar en krypterad fil, och bo läser den.')

  bo.offline()
  tell('Bo går hem.')
  await whileBoIsAway?.()
  const missed: string[] = []
  for (const body of ['Ett till ärende.', 'Och en fråga.', 'Svara när du hinner.']) {
    missed.push((await anna.send(group, { msgtype: 'm.text', body })).event_id)
    tell(`anna: ${body}`)
  }
  await bo.online()
  for (const eventId of missed) tell(`bo läser: ${(await bo.sees(group, eventId)).getContent()['body']}`)

  await backedUp(bo)
  const second = await Participant.arrive(boHome, bo.recoveryKey)
  const imported = await second.restoreFromBackup()
  tell(`Bo loggar in på en ny enhet och får ${imported} nycklar ur säkerhetskopian.`)
  const old = await second.sees(group, missed[0] ?? '')
  tell(`Den nya enheten läser historiken: ${old.getContent()['body']}`)
  for (const participant of [anna, bo, second]) participant.leave()
}

async function say(
  from: Participant,
  to: Participant,
  roomId: string,
  content: Record<string, unknown>,
  tell: Conversation['tell'],
): Promise<string> {
  const { event_id } = await from.send(roomId, content)
  const event = await to.sees(roomId, event_id)
  if (!event.isEncrypted()) throw new Error('A message went unencrypted.')
  tell(`${nameOf(from)}: ${event.getContent()['body']}`)
  return event_id
}

const nameOf = ({ userId }: Participant): string => userId.slice(1).split(':')[0] ?? userId

const replyTo = (eventId: string, body: string) => ({
  msgtype: 'm.text',
  body,
  'm.relates_to': { 'm.in_reply_to': { event_id: eventId } },
})

const edit = (eventId: string, body: string) => ({
  msgtype: 'm.text',
  body: `* ${body}`,
  'm.new_content': { msgtype: 'm.text', body },
  'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
})

const inThread = (eventId: string, body: string) => ({
  msgtype: 'm.text',
  body,
  'm.relates_to': {
    rel_type: 'm.thread',
    event_id: eventId,
    is_falling_back: true,
    'm.in_reply_to': { event_id: eventId },
  },
})

/** Waits until every room key that the client has is in its backup. */
async function backedUp(participant: Participant): Promise<void> {
  const keys = JSON.parse(await participant.crypto.exportRoomKeysAsJson()).length
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    if ((await participant.keysInBackup()) >= keys) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
  }
  throw new Error('The room keys did not get into the backup.')
}

/** The client backs up by itself, after a pause that it chooses; it says nothing when it is done. */
const MOST_LOOKS = 600
const LOOK_EVERY = 100
