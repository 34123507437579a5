// A dishonest server in the room: it has a key of its own, sends what it likes to whom it likes, and answers questions with lies. Beside that it is
// a server like any other: what its user does is done as it should be.
// spec: server-server-api #transactions, #backfilling-and-retrieving-missing-events

import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type JsonObject, parseJson, stringAt } from '#protocol/json/json.ts'
import type { TestServer } from '../../src/federation/servers-for-tests.ts'
import { type Dispatch, oneBody } from '../../src/federation/transport/transport.ts'
import type { Act, LieKind } from './acts.ts'
import type { Forger, Made, Point } from './forger.ts'
import { type Lie, lies } from './lies.ts'

/** How it answers questions about events. `true`: as it should be, what it has made up included. */
const moods = ['true', 'true', 'nothing', 'rubbish', 'beside the point', 'no', 'busy'] as const
type Mood = (typeof moods)[number]
type Answer = Awaited<ReturnType<Dispatch>>

export class Liar {
  readonly server: TestServer
  readonly #forger: Forger
  readonly #past: () => Promise<readonly Point[]>
  #mood: Mood = 'true'
  #transactions = 0

  constructor(server: TestServer, forger: Forger, past: () => Promise<readonly Point[]>) {
    this.server = server
    this.#forger = forger
    this.#past = past
    server.answer = (request) => this.#answer(request)
  }

  /** Says what the act is about to those that can be reached. @throws `MatrixError` for what cannot even be made. */
  async tell(act: Act & { readonly kind: LieKind }, victim: UserId, honest: readonly TestServer[]): Promise<void> {
    if (act.kind === 'lie-answers') {
      this.#mood = moods[Math.floor(act.choice * moods.length)] ?? 'true'
      return
    }
    const past = await this.#past()
    const told = await lies[act.kind]({ forger: this.#forger, past, victim, choice: act.choice })
    for (const lie of told) {
      for (const [number, server] of honest.entries())
        if ((lie.only ?? number) === number) await this.#send(server, lie)
    }
  }

  /** From here on nothing more is made up, and what was is not shown. */
  silence(): void {
    this.#mood = 'no'
  }

  async #send({ name }: TestServer, { pdus }: Lie): Promise<void> {
    const txnId = `lie${this.#transactions++}`
    await this.server.running.transport.sendTransaction(name, { txnId, pdus, edus: [] })
  }

  async #answer(request: Parameters<Dispatch>[0]): Promise<Answer> {
    const question = /\/(get_missing_events|state_ids|state|event|event_auth|backfill)\//.exec(request.target)?.[1]
    if (question === undefined) return this.server.dispatch(request)
    switch (this.#mood) {
      case 'no':
        return answerOf(404, { errcode: 'M_NOT_FOUND', error: 'Det finns inget.' })
      case 'busy':
        return answerOf(503, { errcode: 'M_UNKNOWN', error: 'Senare.' })
      case 'nothing':
        return answerOf(200, { events: [], pdus: [], pdu_ids: [], auth_chain_ids: [], auth_chain: [] })
      case 'rubbish':
        return answerOf(200, await this.#rubbish())
      case 'beside the point':
        return question === 'get_missing_events'
          ? answerOf(200, await this.#besideThePoint())
          : this.#true(question, request)
      case 'true':
        return this.#true(question, request)
    }
  }

  async #rubbish(): Promise<JsonObject> {
    const own = this.#forger.made.slice(-3).flatMap(({ json }) => parseJson(json, { numbers: 'faithful' }).ok ?? [])
    const broken = own.flatMap((pdu) =>
      isObject(pdu)
        ? [
            { ...pdu, signatures: {} },
            { ...pdu, depth: -1 },
          ]
        : [],
    )
    const ids = [this.#forger.inventId(), this.#forger.inventId()]
    const events = [...broken, 7, 'text', null, { type: 'm.room.message' }]
    return {
      events,
      pdus: events,
      auth_chain: events,
      pdu_ids: ids,
      auth_chain_ids: ids,
      origin: 'x',
      origin_server_ts: 0,
    }
  }

  /** Good events that nobody asked for. */
  async #besideThePoint(): Promise<JsonObject> {
    const past = (await this.#past()).flatMap(({ event }, index) => (index % 3 === 0 ? [event.pdu] : []))
    return { events: past.slice(-20) }
  }

  async #true(question: string, request: Parameters<Dispatch>[0]): Promise<Answer> {
    const asked = await this.#askedFor(request)
    const made = this.#forger.made.find(({ event }) => event.eventId === asked)
    if (!made) return this.server.dispatch(request)
    if (question === 'event')
      return answerOf(200, { origin: this.server.name, origin_server_ts: 0, pdus: [pduOf(made)] })
    if (question === 'get_missing_events') return answerOf(200, { events: this.#before(made).map(pduOf) })
    if (question === 'event_auth') return answerOf(200, { auth_chain: await this.#authChain(made) })
    const state = this.#forger.states.get(made.event.eventId)
    if (question !== 'state_ids' || !state) return answerOf(404, { errcode: 'M_NOT_FOUND', error: 'Det finns inget.' })
    return answerOf(200, { pdu_ids: [...state], auth_chain_ids: [] })
  }

  async #askedFor({ target, body }: Parameters<Dispatch>[0]): Promise<string | undefined> {
    const url = new URL(target, 'http://x')
    const inPath = /\/(?:event|event_auth\/[^/]+)\/([^/]+)$/.exec(url.pathname)?.[1]
    if (inPath !== undefined) return decodeURIComponent(inPath)
    const inQuery = url.searchParams.get('event_id')
    if (inQuery !== null || body === undefined) return inQuery ?? undefined
    const { ok } = parseJson(body)
    const latest = isObject(ok) ? ok['latest_events'] : undefined
    return Array.isArray(latest) ? stringAt({ latest: latest[0] ?? null }, 'latest') : undefined
  }

  /** What it has made up that the event stands on, the oldest first. */
  #before({ event }: Made): Made[] {
    const found = new Set<Made>()
    const wanted = new Set<EventId>(event.prevEvents)
    for (const id of wanted) {
      const made = this.#forger.made.find((other) => other.event.eventId === id)
      if (!made || found.size === 20) continue
      found.add(made)
      for (const previous of made.event.prevEvents) wanted.add(previous)
    }
    return [...found].reverse()
  }

  async #authChain({ event }: Made) {
    const { rooms } = this.server
    const named = await rooms.events(event.authEvents)
    const chains = await Promise.all(named.map((known) => rooms.serving.authChain(known.event.eventId)))
    return [...named, ...chains.flatMap((chain) => chain ?? [])].map(({ event: { pdu } }) => pdu)
  }
}

const pduOf = ({ event }: Made): JsonObject => event.pdu

const answerOf = (status: number, body: JsonObject): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: oneBody(Buffer.from(JSON.stringify(body))),
})
