// Pieces of the answer as JSON text. Events are texts already: nothing is serialised twice.
// spec: client-server-api, GET /_matrix/client/v3/sync (response)

import type { Unread } from '#push/push.ts'

/** `"name":{"events":[…]}` of texts joined by commas. */
export const eventsMember = (name: string, joined: string): string => `"${name}":{"events":[${joined}]}`

/**
 * Texts joined by commas, those that are empty left out. By concatenation: an answer of many megabytes is then put together once, when it
 * is sent, and not anew at each level.
 */
export function joinedTexts(texts: readonly string[]): string {
  let joined = ''
  for (const text of texts) {
    if (text === '') continue
    joined = joined === '' ? text : `${joined},${text}`
  }
  return joined
}

/** An object of members, those that are empty left out. */
export const objectOf = (members: readonly string[]): string => `{${joinedTexts(members)}}`

/** `"name":{"key":…}` with the texts; empty when there is none. */
export function mapMember(name: string, entries: ReadonlyMap<string, string>): string {
  if (entries.size === 0) return ''
  const parts: string[] = []
  for (const [key, text] of entries) parts.push(`${JSON.stringify(key)}:${text}`)
  return `"${name}":{${joinedTexts(parts)}}`
}

export const timelineMember = (events: readonly string[], limited: boolean, prevBatch: string): string =>
  `"timeline":{"events":[${events.join()}],"limited":${limited},"prev_batch":"${prevBatch}"}`

/** The state under the names that were asked for: the state after the timeline, or else the one before it. */
export const stateMembers = (names: readonly string[], text: string): string =>
  names.length === 0 ? eventsMember('state', text) : names.map((name) => eventsMember(name, text)).join()

export interface Summary {
  /** Undefined: the room has a name. */
  readonly heroes: readonly string[] | undefined
  readonly joined: number
  readonly invited: number
}

export function summaryMember({ heroes, joined, invited }: Summary): string {
  const names = heroes === undefined ? '' : `"m.heroes":${JSON.stringify(heroes)},`
  return `"summary":{${names}"m.joined_member_count":${joined},"m.invited_member_count":${invited}}`
}

const countText = ({ notifications, highlights }: Unread['main']): string =>
  `{"highlight_count":${highlights},"notification_count":${notifications}}`

/** The counts by thread when they are asked for, else of the whole room. */
export function unreadMembers({ total, main, threads }: Unread, byThread: boolean): string {
  if (!byThread) return `"unread_notifications":${countText(total)}`
  const texts = new Map([...threads].map(([root, count]) => [root, countText(count)]))
  const map = mapMember('unread_thread_notifications', texts)
  return `"unread_notifications":${countText(main)}${map === '' ? '' : `,${map}`}`
}
