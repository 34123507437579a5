// What a dishonest server sends: events that are signed with its own valid key, and wrong in one way or another.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu, #soft-failure, #rejection

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { LieKind } from './acts.ts'
import type { Forger, Point } from './forger.ts'

/** What one act of lying is drawn from. */
export interface LieParts {
  readonly forger: Forger
  /** Events that its server has taken, in order of arrival; the newest last. Never empty. */
  readonly past: readonly Point[]
  /** Whom it would harm. */
  readonly victim: UserId
  /** In [0, 1). */
  readonly choice: number
}

/** Texts for one server, or for all; `only`: the number of the honest server. */
export interface Lie {
  readonly pdus: readonly string[]
  readonly only?: number
}

type Tell = (parts: LieParts) => Promise<readonly Lie[]>

const pick = <Value>(values: readonly Value[], choice: number): Value =>
  values[Math.floor(choice * values.length)] as Value // never empty
const newest = ({ past }: LieParts) => past.at(-1) as Point // never empty
/** From the first half, where its user may have had rights that it has lost. */
const old = ({ past, choice }: LieParts) => pick(past.slice(0, Math.ceil(past.length / 2)), choice)
const anyOf = ({ past, choice }: LieParts) => pick(past, choice)
/** Another number in [0, 1) from the same draw. */
const again = (choice: number): number => (choice * 7919) % 1

const toAll = (...pdus: string[]): readonly Lie[] => [{ pdus }]
const toSome = (choice: number, ...pdus: string[]): readonly Lie[] =>
  choice < 0.5 ? [{ pdus, only: Math.floor(choice * 6) }] : [{ pdus }]

export const lies: Readonly<Record<Exclude<LieKind, 'lie-answers'>, Tell>> = {
  /** Its user may not do this, now or ever. */
  'lie-no-right': async (parts) => {
    const { forger, victim, choice } = parts
    const forbidden: readonly { type: string; stateKey: string; content: JsonObject }[] = [
      { type: 'm.room.power_levels', stateKey: '', content: { users: { [forger.userId]: 1_000 } } },
      { type: 'm.room.member', stateKey: victim, content: { membership: 'join', displayname: 'stulen' } },
      { type: 'm.room.create', stateKey: '', content: { room_version: forger.version.id } },
      { type: 'x.note', stateKey: victim, content: { n: -1 } },
    ]
    return toSome(again(choice), await forger.forge(newest(parts), pick(forbidden, choice)))
  },

  /** Its rights come from another room, where it has all. */
  'lie-foreign-auth': async (parts) => {
    const auth = await parts.forger.authElsewhere()
    return toAll(await parts.forger.forge(newest(parts), { ...aTopic('lånad makt'), auth }))
  },

  /** Upon the newest events, with the rights of long ago. */
  'lie-old-rights': async (parts) => {
    const draft = pick([aTopic('fornt'), aNote(4), aMessage('fornt')], again(parts.choice))
    const auth = await parts.forger.authFor(old(parts), draft)
    return toSome(again(again(parts.choice)), await parts.forger.forge(newest(parts), { ...draft, auth }))
  },

  /** It stands on an event of another room, where its user may do anything; alone or beside one of this room. */
  'lie-foreign-past': async (parts) => {
    const { forger, choice } = parts
    const prev = [await forger.endElsewhere(), ...(choice < 0.5 ? [newest(parts).event.eventId] : [])]
    const draft = again(choice) < 0.5 ? aMessage('från annat håll') : aTopic('från annat håll')
    return toAll(await forger.forge(newest(parts), { ...draft, prev }))
  },

  /** It stands on events that never were; sometimes there is a state to go with them. */
  'lie-invented-past': async (parts) => {
    const { forger, choice } = parts
    const prev = [forger.inventId(), ...(choice > 0.7 ? [newest(parts).event.eventId] : [])]
    const draft = choice < 0.5 ? aTopic('ur intet') : aMessage('ur intet')
    const state = choice < 0.8 ? await forger.stateAfter(old(parts), choice) : undefined
    return toSome(again(choice), await forger.forge(old(parts), { ...draft, prev, ...(state && { state }) }))
  },

  /** An honest event at another place than its time: late, or of one who is banned by now. */
  'lie-fork': async (parts) => {
    const { forger, choice } = parts
    const leave = { type: 'm.room.member', stateKey: forger.userId, content: { membership: 'leave' } }
    const draft = pick([aMessage('sent'), aTopic('sent'), aNote(1), aMessage('sent'), leave], again(choice))
    return toSome(again(again(choice)), await forger.forge(anyOf(parts), draft))
  },

  /** The past is to be undone: from where its user had more rights, with old times and no depth. */
  'lie-reset': async (parts) => {
    const { forger, victim, choice } = parts
    const drafts: readonly { type: string; stateKey: string; content: JsonObject }[] = [
      aTopic('som förr'),
      { type: 'm.room.member', stateKey: victim, content: { membership: 'leave' } },
      { type: 'm.room.member', stateKey: victim, content: { membership: 'ban' } },
      { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'invite' } },
      { type: 'm.room.power_levels', stateKey: '', content: await forger.levelsWithout(old(parts), victim) },
    ]
    const more = { depth: 1, time: 1_000 + Math.floor(choice * 1_000) }
    return toSome(again(choice), await forger.forge(old(parts), { ...pick(drafts, again(again(choice))), ...more }))
  },

  'lie-depth': async (parts) => {
    const depth = pick([0, 1, 1_000_000], parts.choice)
    return toAll(await parts.forger.forge(newest(parts), { ...aMessage('djup'), depth }))
  },

  /** As many previous events as the format allows, from everywhere, and a row of events that one server alone is told of. */
  'lie-flood': async (parts) => {
    const { forger, past, choice } = parts
    const step = Math.max(1, Math.floor(past.length / 20))
    const prev = past.filter((_, index) => index % step === 0).slice(0, 20)
    const wide = await forger.forge(newest(parts), { ...aNote(2), prev: prev.map(({ event }) => event.eventId) })
    const row: string[] = []
    for (let n = 0; n < 25; n++) row.push(await forger.forge(forger.last ?? newest(parts), aMessage(`${n}`)))
    return [...toAll(wide), { pdus: choice < 0.5 ? row : row.slice(-1), only: Math.floor(choice * 3) }]
  },

  /** Changed after it was signed: whole for some, and redacted for the others. */
  'lie-hash': async (parts) => {
    const draft = parts.choice < 0.5 ? aMessage('äkta') : aNote(3)
    const whole = await parts.forger.forge(newest(parts), draft)
    const changed = whole.replace(/"content":\{/, '"content":{"falsk":true,')
    if (parts.choice < 0.3) return toAll(changed)
    return [0, 1, 2].map((only) => ({ pdus: [only === Math.floor(parts.choice * 3) ? whole : changed], only }))
  },

  /** In the name of a user whose server did not sign. */
  'lie-name': async (parts) =>
    toAll(await parts.forger.forge(newest(parts), { ...aMessage('i ditt namn'), sender: parts.victim })),

  /** One thing for one server, another for the others. */
  'lie-two-faces': async (parts) => {
    const at = newest(parts)
    const one = await parts.forger.forge(at, aTopic('ja'))
    const other = await parts.forger.forge(at, aTopic('nej'))
    return [0, 1, 2].map((only) => ({ pdus: [only === Math.floor(parts.choice * 3) ? one : other], only }))
  },

  /** Upon something that it has made up before, which nobody may have. */
  'lie-upon-lie': async (parts) => {
    const { forger, choice } = parts
    const at = forger.made.length > 0 ? pick(forger.made, choice) : newest(parts)
    return toSome(again(choice), await forger.forge(at, pick([aMessage('vidare'), aTopic('vidare')], again(choice))))
  },
}

const aMessage = (body: string) => ({ type: 'm.room.message', content: { msgtype: 'm.text', body } })
const aTopic = (topic: string) => ({ type: 'm.room.topic', stateKey: '', content: { topic } })
const aNote = (n: number) => ({ type: 'x.note', stateKey: 'lögn', content: { n } })
