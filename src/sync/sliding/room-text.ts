// A room as text, in either shape of sliding sync.
// spec: proposals/4186 (RoomResult, differences from the experimental implementation)

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { joinedTexts, objectOf } from '../room-texts.ts'
import type { Shape } from './sliding-request.ts'

export interface Hero {
  readonly userId: UserId
  readonly displayName: string | undefined
  readonly avatarUrl: string | undefined
}

/** What is told of a room. Undefined: unchanged, and in a room that is told anew: there is none. */
export interface RoomResult {
  readonly isInitial: boolean
  readonly membership: string
  readonly lists: readonly string[]
  /** Null: the name was taken away. */
  readonly name?: string | null | undefined
  readonly avatar?: string | null | undefined
  readonly heroes?: readonly Hero[] | undefined
  readonly isDm?: boolean | undefined
  readonly bumpStamp?: number | undefined
  readonly joined?: number | undefined
  readonly invited?: number | undefined
  readonly unread?: { readonly notifications: number; readonly highlights: number } | undefined
  readonly requiredState?: readonly string[] | undefined
  readonly timeline?: TimelineResult | undefined
  /** For those who are outside: invited, knocking, or turned away. */
  readonly strippedState?: readonly string[] | undefined
}

export interface TimelineResult {
  readonly events: readonly string[]
  readonly limited: boolean
  readonly prevBatch: string
  /** So many of the last events have only just happened. */
  readonly live: number
  readonly isExpanded: boolean
}

interface Names {
  readonly strippedState: string
  readonly expanded: string
}

const namesOf: { readonly [shape in Shape]: Names } = {
  deployed: { strippedState: 'invite_state', expanded: 'unstable_expanded_timeline' },
  accepted: { strippedState: 'stripped_state', expanded: 'expanded_timeline' },
}

const value = (name: string, content: string | number | boolean | null | undefined): string =>
  content === undefined ? '' : `"${name}":${JSON.stringify(content)}`

const list = (name: string, texts: readonly string[] | undefined): string =>
  texts === undefined ? '' : `"${name}":[${joinedTexts(texts)}]`

const heroText = ({ userId, displayName, avatarUrl }: Hero): string =>
  JSON.stringify({ user_id: userId, displayname: displayName, avatar_url: avatarUrl })

export function roomText(shape: Shape, room: RoomResult): string {
  const names = namesOf[shape]
  const { timeline, unread } = room
  return objectOf([
    value('name', room.name),
    value('avatar', room.avatar),
    list('heroes', room.heroes?.map(heroText)),
    value('is_dm', room.isDm),
    room.isInitial ? '"initial":true' : '',
    value('bump_stamp', room.bumpStamp),
    value('joined_count', room.joined),
    value('invited_count', room.invited),
    ...(shape === 'accepted'
      ? [value('membership', room.membership), room.lists.length > 0 ? `"lists":${JSON.stringify(room.lists)}` : '']
      : [value('notification_count', unread?.notifications), value('highlight_count', unread?.highlights)]),
    list(names.strippedState, room.strippedState),
    list('required_state', room.requiredState),
    ...(timeline ? timelineMembers(timeline, names) : []),
  ])
}

const timelineMembers = ({ events, limited, prevBatch, live, isExpanded }: TimelineResult, names: Names): string[] => [
  list('timeline', events),
  value('prev_batch', prevBatch),
  limited ? '"limited":true' : '',
  value('num_live', live),
  isExpanded ? `"${names.expanded}":true` : '',
]
