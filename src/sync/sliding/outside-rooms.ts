// Rooms that the user is not in: invites and knocks by their stripped state, rooms that were left up to the leaving.
// spec: proposals/4186 (invite/knock/rejections); client-server-api #stripped-state

import { stripEvent } from '#protocol/stripped-state/stripped-state.ts'
import { showOptionsOf } from '../asking.ts'
import { strippedTexts } from '../invitations.ts'
import { type LeftRoom, leftRoom } from '../left-rooms.ts'
import type { ChosenRoom } from './choose-rooms.ts'
import { toldAsOf } from './room-memory.ts'
import { type RoomResult, roomText } from './room-text.ts'
import type { ReadableRoom, Telling, TellingParts, ToldRoom } from './telling.ts'

interface OutsideRooms {
  /** Told by what everybody outside may know. */
  readonly told: ReadonlyMap<number, ToldRoom>
  /** Rooms whose history the user may read up to their leaving. */
  readonly readable: readonly ReadableRoom[]
}

export async function tellOutside(
  parts: TellingParts,
  telling: Telling,
  chosen: readonly ChosenRoom[],
): Promise<OutsideRooms> {
  const told = new Map<number, ToldRoom>()
  const readable: ReadableRoom[] = []
  // So that each finds its own in memory.
  await parts.rooms.eventsByNid(chosen.map(({ room }) => room.eventNid))
  await Promise.all(
    chosen.map(async (each) => {
      const result =
        toldAsOf(each.room) === 'left' ? await left(parts, telling, each) : await invited(parts, telling, each)
      if (result === undefined) return
      if ('timeline' in result) readable.push(result)
      else told.set(each.room.roomNid, outside(telling, each, result))
    }),
  )
  return { told, readable }
}

function outside({ shape }: Telling, { room, config, isDm }: ChosenRoom, result: RoomTexts): ToldRoom {
  const { membership, since } = room
  return {
    text: roomText(shape, { isInitial: true, membership, lists: [], bumpStamp: since, ...result.texts }),
    memory: { toldAs: toldAsOf(room), timelineLimit: config.timelineLimit, stateText: config.stateText, isDm },
    members: new Map(),
    eventIds: [],
  }
}

/** Only what it says of the room beside what is the same for all of them. */
interface RoomTexts {
  readonly texts: Partial<RoomResult>
}

async function invited(
  { rooms }: TellingParts,
  telling: Telling,
  { room, lists, isDm }: ChosenRoom,
): Promise<RoomTexts | undefined> {
  const asking = await telling.askingFor(0)
  const strippedState = await strippedTexts(rooms, asking, room)
  return strippedState && { texts: { lists, strippedState, isDm: isDm || undefined } }
}

async function left(
  parts: TellingParts,
  telling: Telling,
  chosen: ChosenRoom,
): Promise<RoomTexts | ReadableRoom | undefined> {
  const asking = await telling.askingFor(chosen.config.timelineLimit)
  const found = await leftRoom(parts.rooms, asking, chosen.after, chosen.room)
  if (found?.kind !== 'history') return found && ownLeaving(parts, telling, chosen, found)
  const { timeline, whole } = found.wish
  return { chosen, timeline, isWhole: whole || chosen.after === undefined, isLeft: true }
}

/** Their own membership event is for everybody to see, also where the room's history is not: an invite that was declined or taken back. */
async function ownLeaving(
  { rooms }: TellingParts,
  telling: Telling,
  { lists }: ChosenRoom,
  { known }: LeftRoom & { readonly kind: 'own' },
): Promise<RoomTexts> {
  const options = showOptionsOf(await telling.askingFor(0))
  const strippedState = telling.shape === 'accepted' ? [JSON.stringify(stripEvent(known.event))] : undefined
  return { texts: { lists, strippedState, requiredState: await rooms.sync.stateTexts([known], options) } }
}
