// Walks through a space for one user, depth first, page by page. A page is found by walking anew and passing over what came before: that
// needs no memory of who walks where, and what other servers told is kept.
// spec: client-server-api/modules/spaces.md #discovering-rooms-within-spaces, GET /rooms/{roomId}/hierarchy

import type { HierarchyLevel } from '#federation/transport/transport.ts'
import { forbidden, invalidParam } from '#protocol/errors/errors.ts'
import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type ChildLink, inOrder, type SpaceRoom } from '#protocol/room-summary/room-summary.ts'
import type { Engine } from '../room/engine.ts'
import { isHere, readSummary } from './read-summary.ts'
import type { RemoteSpaces } from './remote-spaces.ts'
import type { SpaceLinks } from './space-links.ts'
import { mayUserKnow, type OwnRooms, ownRooms } from './who-may-know.ts'

export interface WalkRequest {
  readonly roomId: RoomId
  readonly userId: UserId
  /** At least 1. */
  readonly limit: number
  readonly maxDepth: number | undefined
  readonly suggestedOnly: boolean
  /** `next` of the page before. */
  readonly from: string | undefined
  /** Asked for the space itself when we are not in it. */
  readonly servers: readonly ServerName[]
  readonly signal?: AbortSignal
}

export interface WalkedPage {
  readonly rooms: readonly SpaceRoom[]
  /** Undefined: that was all. */
  readonly next: string | undefined
}

export interface WalkParts {
  readonly engine: Engine
  readonly links: SpaceLinks
  readonly remote: RemoteSpaces
}

/** Levels below the first room. */
const DEEPEST = 20
/** Rooms of one walk over all its pages: each may cost a query. */
const MOST_WALKED = 2_000
/** Questions to other servers for one page, and how many of a space's rooms are asked for ahead. */
const MOST_ASKED = 50
const ASKED_AHEAD = 10

/** @throws 400 for a token that does not belong to the request, 403 when the user may not know of the space. */
export async function walkSpace(parts: WalkParts, request: WalkRequest): Promise<WalkedPage> {
  const passed = request.from === undefined ? 0 : readToken(request.from, request)
  const walk = new Walk(parts, request, await ownRooms(parts.engine, request.userId))
  return walk.page(passed)
}

interface Place {
  readonly roomId: RoomId
  readonly via: readonly ServerName[]
  readonly depth: number
  /** What the server told that told us of the parent. */
  readonly told?: SpaceRoom | undefined
}

class Walk {
  readonly #parts: WalkParts
  readonly #request: WalkRequest
  readonly #own: OwnRooms
  readonly #seen = new Set<RoomId>()
  readonly #asked = new Map<RoomId, Promise<HierarchyLevel | undefined>>()
  #questions = 0
  /** The next one last. */
  readonly #ahead: Place[]

  constructor(parts: WalkParts, request: WalkRequest, own: OwnRooms) {
    this.#parts = parts
    this.#request = request
    this.#own = own
    this.#ahead = [{ roomId: request.roomId, via: request.servers, depth: 0 }]
  }

  async page(passed: number): Promise<WalkedPage> {
    const { limit } = this.#request
    const rooms: SpaceRoom[] = []
    for (let count = 0; count <= passed + limit && this.#seen.size < MOST_WALKED; ) {
      const place = this.#ahead.pop()
      if (!place) return { rooms, next: undefined }
      if (this.#seen.has(place.roomId)) continue
      this.#seen.add(place.roomId)
      const room = await this.#enter(place)
      // The client goes on here with new patience; what was found out until now is kept.
      if (room === 'later') return { rooms, next: writeToken(Math.max(passed, count), this.#request) }
      if (place.depth === 0 && !room) {
        throw forbidden('hierarchy/not-visible', 'You may not look at this space. Ask for an invitation.')
      }
      if (!room) continue
      if (count >= passed + limit) return { rooms, next: writeToken(passed + limit, this.#request) }
      if (count >= passed) rooms.push(room)
      count++
    }
    return { rooms, next: undefined }
  }

  /** The room, and its children put ahead; undefined where the user may not know of it. */
  async #enter(place: Place): Promise<SpaceRoom | 'later' | undefined> {
    const here = await this.#readHere(place)
    const room = here === 'elsewhere' ? await this.#readElsewhere(place) : here
    if (room === 'later') return room
    if (!room || !mayUserKnow(room, this.#own)) return undefined
    const children = this.#followed(room.children ?? [])
    if (place.depth < this.#deepest) await this.#putAhead(children, place)
    return { ...room, children }
  }

  get #deepest(): number {
    return Math.min(this.#request.maxDepth ?? DEEPEST, DEEPEST)
  }

  #followed(links: readonly ChildLink[]): readonly ChildLink[] {
    return this.#request.suggestedOnly ? links.filter(({ suggested }) => suggested) : links
  }

  /** Our own knowledge comes before what others tell. */
  async #readHere({ roomId }: Place): Promise<SpaceRoom | 'elsewhere' | undefined> {
    const { engine, links } = this.#parts
    const head = (await engine.room(roomId))?.committed
    if (!isHere(head, engine.parts.serverName) || !head.state) return 'elsewhere'
    const summary = await readSummary(engine, head)
    return summary && { ...summary, children: summary.roomType === 'm.space' ? await links.of(head.state) : [] }
  }

  async #readElsewhere(place: Place): Promise<SpaceRoom | 'later' | undefined> {
    const { told, depth } = place
    const isComplete = told && (told.children !== undefined || told.roomType !== 'm.space' || depth >= this.#deepest)
    if (isComplete) return told
    const asked = this.#ask(place)
    return asked === 'later' ? asked : ((await asked)?.room ?? told)
  }

  /** `later`: too much was asked for this page already. What is known costs nothing. */
  #ask({ roomId, via }: Place): Promise<HierarchyLevel | undefined> | 'later' {
    const asking = this.#asked.get(roomId)
    if (asking) return asking
    const { remote } = this.#parts
    if (!remote.isKnown(roomId, via) && this.#questions++ >= MOST_ASKED) return 'later'
    const question = remote.ask(roomId, via, { signal: this.#request.signal })
    // It is awaited when its room's turn comes, if that ever comes.
    question.catch(() => undefined)
    this.#asked.set(roomId, question)
    return question
  }

  async #putAhead(links: readonly ChildLink[], { roomId, depth }: Place): Promise<void> {
    const level = await this.#asked.get(roomId)
    const told = new Map(level?.children.map((child) => [child.roomId, child]))
    const inaccessible = new Set(level?.inaccessible)
    const places = inOrder(links)
      .filter((link) => !inaccessible.has(link.roomId) || this.#own.has(link.roomId))
      .map((link): Place => ({ roomId: link.roomId, via: link.via, depth: depth + 1, told: told.get(link.roomId) }))
    for (const place of places.slice(0, ASKED_AHEAD)) {
      if (place.told || this.#seen.has(place.roomId)) continue
      const head = (await this.#parts.engine.room(place.roomId))?.committed
      if (!isHere(head, this.#parts.engine.parts.serverName)) this.#ask(place)
    }
    this.#ahead.push(...places.reverse())
  }
}

// ── Tokens: how many rooms came before, and the choices that may not change ───────────────────────────────────────────

const tokenForm = /^h(\d{1,5})_(\d{0,15})_([01])$/

const choices = ({ maxDepth, suggestedOnly }: WalkRequest): string => `${maxDepth ?? ''}_${suggestedOnly ? 1 : 0}`

const writeToken = (passed: number, request: WalkRequest): string => `h${passed}_${choices(request)}`

function readToken(token: string, request: WalkRequest): number {
  const [, passed = '', depth, suggested] = tokenForm.exec(token) ?? []
  if (`${depth}_${suggested}` === choices(request) && Number(passed) <= MOST_WALKED) return Number(passed)
  throw invalidParam('The token does not belong to this request. Keep max_depth and suggested_only, or start anew.')
}
