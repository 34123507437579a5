// The answer of a search, around events that are texts already.
// spec: client-server-api, POST /_matrix/client/v3/search

import type { SearchAnswer, SearchContext } from '#rooms/rooms.ts'
import { eventList, optionalText } from './room-reader.ts'

export function searchAnswer(answer: SearchAnswer): string {
  const results = answer.results.map(
    ({ rank, event, context }) =>
      `{"rank":${JSON.stringify(rank)},"result":${event.json}${context === undefined ? '' : `,"context":${contextJson(context)}`}}`,
  )
  const members = [
    `"count":${answer.count}`,
    `"highlights":${JSON.stringify(answer.highlights)}`,
    `"results":[${results.join(',')}]`,
    ...(answer.groups.size > 0 ? [`"groups":${groupsJson(answer.groups)}`] : []),
    ...(answer.state === undefined ? [] : [`"state":${stateJson(answer.state)}`]),
  ]
  return `{"search_categories":{"room_events":{${members.join(',')}${optionalText('next_batch', answer.next)}}}}`
}

function contextJson({ before, after, start, end, profiles }: SearchContext): string {
  const members = [
    `"events_before":${eventList(before)}`,
    `"events_after":${eventList(after)}`,
    `"start":${JSON.stringify(start)}`,
    `"end":${JSON.stringify(end)}`,
  ]
  if (profiles !== undefined) {
    const named = [...profiles].map(([userId, { displayName, avatarUrl }]) => [
      userId,
      { displayname: displayName, avatar_url: avatarUrl },
    ])
    members.push(`"profile_info":${JSON.stringify(Object.fromEntries(named))}`)
  }
  return `{${members.join(',')}}`
}

function groupsJson(groups: SearchAnswer['groups']): string {
  const all = [...groups].map(([key, values]) => {
    const named = [...values].map(([value, { results, order, next }]) => [value, { results, order, next_batch: next }])
    return [key, Object.fromEntries(named)]
  })
  return JSON.stringify(Object.fromEntries(all))
}

const stateJson = (states: NonNullable<SearchAnswer['state']>): string =>
  `{${[...states].map(([roomId, events]) => `${JSON.stringify(roomId)}:${eventList(events)}`).join(',')}}`
