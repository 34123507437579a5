// People in rooms, as a measurement needs them: made through the client API.

import type { SendTarget } from '../load/send-request.ts'
import type { ClientApi, Person } from './client-api.ts'

export interface Crowd {
  readonly people: number
  readonly rooms: number
  /** Rooms that each person is in. */
  readonly roomsEach: number
}

/** Calls at once: the server is not what is measured here, and a few at a time keep it busy. */
const AT_ONCE = 16

/** Registers people, creates rooms and lets people join. @returns who may send where, people and rooms well mixed. */
export async function makeCrowd(api: ClientApi, { people, rooms, roomsEach }: Crowd): Promise<SendTarget[]> {
  const everyone = await inTurns(people, (i) => api.register(`person${i}`))
  const roomIds = await inTurns(rooms, (i) => api.createRoom(at(everyone, i), `Room ${i}`))
  const pairs: { person: Person; room: number }[] = []
  for (let step = 0; step < roomsEach; step++)
    for (const [i, person] of everyone.entries()) pairs.push({ person, room: (i + step) % rooms })
  await inTurns(pairs.length, async (i) => {
    const { person, room } = at(pairs, i)
    // Its creator is in it already.
    if (at(everyone, room) !== person) await api.join(person, at(roomIds, room))
  })
  return pairs.map(({ person, room }) => ({ roomId: at(roomIds, room), accessToken: person.accessToken }))
}

/** Does `count` things, a few at a time, and keeps their results in order. */
async function inTurns<Result>(count: number, act: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await act(index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length]
  if (item === undefined) throw new RangeError('There is nothing to choose from.')
  return item
}
