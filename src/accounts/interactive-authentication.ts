// User-interactive authentication: stages that a client goes through before a sensitive act.
// The dialogues are in memory only: a restart, or another process, means that the client is asked again.
// spec: client-server-api #user-interactive-authentication-api

import type { Clock } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { Random } from '#platform/random/random.ts'
import { badJson, forbidden, MatrixError } from '#protocol/errors/errors.ts'
import { isObject, type Json, type JsonObject, member, stringAt } from '#protocol/json/json.ts'
import type { Session } from './session.ts'

/** Stages by their names on the wire, in order. */
export type Flow = readonly string[]

/** What a stage found in the client's `auth`: passed, with a text that it proved (a registration token, the session of an e-mail), or why not. */
export type StageResult = { readonly passed: true; readonly proof?: string } | { readonly refused: MatrixError }

/** Checks one stage. `auth` is what the client sent, `operation` what the dialogue is about. */
export type Stage = (auth: JsonObject, session: Session | undefined, operation: string) => Promise<StageResult>

export interface InteractiveRequest {
  /** The whole body as it came; `auth` is read from it. Undefined: an empty body. */
  readonly body: Json | undefined
  /**
   * What the user agrees to: the operation and whatever names its object (`deleteDevices` with the device IDs). A dialogue
   * begun for one operation cannot be finished for another.
   */
  readonly operation: string
  readonly flows: readonly Flow[]
  /** Who calls; undefined at registration. */
  readonly session: Session | undefined
  /** Parameters of stages, by stage. */
  readonly params?: JsonObject
}

interface Dialogue {
  readonly id: string
  readonly operation: string
  /** Token of the caller who began it, so that nobody else can go on with it. */
  readonly owner: string | undefined
  /** Stages passed, in order, with what they proved. */
  readonly completed: Map<string, string | undefined>
  /** It has authorized its one act. */
  isOver: boolean
}

/** Dialogues under way in one tenant; some 500 bytes each. The oldest gives way, and its client is asked again. */
const CAPACITY = 10_000
/** A person may look for their password for this long. */
const MAX_AGE = 15 * 60_000
const ID_LENGTH = 24

export class InteractiveAuthentication {
  readonly #random: Random
  readonly #stages: ReadonlyMap<string, Stage>
  readonly #dialogues: BoundedCache<string, Dialogue>

  constructor(parts: { clock: Clock; random: Random; stages: ReadonlyMap<string, Stage> }) {
    this.#random = parts.random
    this.#stages = parts.stages
    this.#dialogues = new BoundedCache<string, Dialogue>({
      capacity: CAPACITY,
      age: { maxAge: MAX_AGE, clock: parts.clock },
    })
  }

  /**
   * Returns when the stages of one flow are passed; the dialogue is then over and cannot be used again.
   *
   * @returns what each stage proved (`m.login.registration_token`: the token, `m.login.email.identity`: the session).
   * @throws the 401 that asks for the next stage, with `errcode` when an attempt failed; 403 when the dialogue was begun for
   * another operation; `M_BAD_JSON`.
   */
  async require(request: InteractiveRequest): Promise<ReadonlyMap<string, string | undefined>> {
    const auth = authIn(request.body)
    const dialogue = this.#dialogueOf(auth, request)
    if (auth === undefined) throw this.#ask(dialogue, request)
    const type = stringAt(auth, 'type')
    if (type !== undefined && !dialogue.completed.has(type)) await this.#attempt(type, auth, dialogue, request)
    if (!request.flows.some((flow) => flow.every((stage) => dialogue.completed.has(stage)))) {
      throw this.#ask(dialogue, request)
    }
    // Two requests may have passed the last stage together: only one of them goes on.
    if (dialogue.isOver) throw this.#ask(this.#begin(request), request)
    dialogue.isOver = true
    this.#dialogues.delete(dialogue.id)
    return dialogue.completed
  }

  async #attempt(type: string, auth: JsonObject, dialogue: Dialogue, request: InteractiveRequest): Promise<void> {
    const stage = this.#stages.get(type)
    if (stage === undefined || !isNext(type, dialogue, request.flows)) {
      throw this.#ask(
        dialogue,
        request,
        forbidden('accounts/stage-order', `The stage ${type} is not the next of any flow.`),
      )
    }
    const result = await stage(auth, request.session, request.operation)
    if ('refused' in result) {
      // 403 (another user's password) and 429 end the request; a wrong password may be tried again.
      throw result.refused.status === 401 ? this.#ask(dialogue, request, result.refused) : result.refused
    }
    dialogue.completed.set(type, result.proof)
  }

  #dialogueOf(auth: JsonObject | undefined, request: InteractiveRequest): Dialogue {
    const id = auth && stringAt(auth, 'session')
    const known = id === undefined ? undefined : this.#dialogues.get(id)
    if (known === undefined) return this.#begin(request)
    if (known.operation !== request.operation || known.owner !== request.session?.tokenId) {
      throw forbidden(
        'accounts/operation-changed',
        'This session of user-interactive authentication was begun for another operation. Start again without "auth".',
      )
    }
    return known
  }

  #begin(request: InteractiveRequest): Dialogue {
    return {
      id: this.#random.text(ID_LENGTH),
      operation: request.operation,
      owner: request.session?.tokenId,
      completed: new Map(),
      isOver: false,
    }
  }

  /** The dialogue is kept only now: a request that passes at once leaves nothing behind. */
  #ask(dialogue: Dialogue, request: InteractiveRequest, reason?: MatrixError): InteractiveAuthenticationRequired {
    this.#dialogues.set(dialogue.id, dialogue)
    return new InteractiveAuthenticationRequired({
      session: dialogue.id,
      flows: request.flows,
      params: request.params ?? {},
      completed: [...dialogue.completed.keys()],
      reason,
    })
  }
}

interface Required {
  readonly session: string
  readonly flows: readonly Flow[]
  readonly params: JsonObject
  readonly completed: readonly string[]
  readonly reason: MatrixError | undefined
}

/** 401 in the form of user-interactive authentication: `errcode` and `error` only when an attempt failed. */
export class InteractiveAuthenticationRequired extends MatrixError {
  readonly #required: Required

  constructor(required: Required) {
    super({
      status: 401,
      errcode: required.reason?.errcode ?? 'M_UNAUTHORIZED',
      message: required.reason?.message ?? 'This needs user-interactive authentication.',
      rule: required.reason?.rule,
    })
    this.#required = required
  }

  override toJSON(): { [key: string]: unknown } {
    const { session, flows, params, completed, reason } = this.#required
    return {
      ...reason?.toJSON(),
      ...(completed.length > 0 && { completed }),
      flows: flows.map((stages) => ({ stages })),
      params,
      session,
    }
  }
}

function authIn(body: Json | undefined): JsonObject | undefined {
  const auth = isObject(body) ? member(body, 'auth') : undefined
  if (auth === undefined || auth === null) return undefined
  if (!isObject(auth)) throw badJson('"auth" must be an object.')
  return auth
}

/** Whether the stages passed so far and then this one begin one of the flows. */
function isNext(type: string, { completed }: Dialogue, flows: readonly Flow[]): boolean {
  const passed = [...completed.keys()]
  return flows.some((flow) => flow[passed.length] === type && passed.every((stage, index) => flow[index] === stage))
}
