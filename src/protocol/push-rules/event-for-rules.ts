// An event as push conditions look at it: made once per event, shared by the rules of every member.
// spec: client-server-api/modules/push.md #conditions-1; #room-event-format (the members of the client format)

import type { RoomEvent } from '#protocol/events/events.ts'
import type { Json } from '#protocol/json/json.ts'
import { type PropertyPath, propertyAt } from '#protocol/property-path/property-path.ts'

export class EventForRules {
  readonly event: RoomEvent
  #bodyInLowerCase: string | undefined

  constructor(event: RoomEvent) {
    this.event = event
  }

  /** The property at `path` of the event in its client format; undefined if absent. */
  at(path: PropertyPath): Json | undefined {
    return propertyAt(this.#member(path[0]), path, 1)
  }

  /** `content.body` in lower case, worked out once however many rules ask; undefined if it is no string. */
  get body(): string | undefined {
    if (this.#bodyInLowerCase !== undefined) return this.#bodyInLowerCase
    const body = propertyAt(this.event.content, bodyPath)
    if (typeof body !== 'string') return undefined
    this.#bodyInLowerCase = body.toLowerCase()
    return this.#bodyInLowerCase
  }

  #member(name: string | undefined): Json | undefined {
    switch (name) {
      case 'content':
        return this.event.content
      case 'type':
        return this.event.type
      case 'state_key':
        return this.event.stateKey
      case 'sender':
        return this.event.sender
      case 'room_id':
        return this.event.roomId
      case 'event_id':
        return this.event.eventId
      case 'origin_server_ts':
        return this.event.originServerTs
      case 'redacts':
        return this.event.redacts
      default:
        return undefined // hashes, signatures and the like are not for rules to see
    }
  }
}

const bodyPath: PropertyPath = ['body']
