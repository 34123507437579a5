// Finds the keys of users, ours and others'.
// spec: client-server-api POST /_matrix/client/v3/keys/query

import type { UserKeys } from '#federation/transport/transport.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import type { DeviceId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import type { Waiting } from './claim-keys.ts'
import { isBackedBy, readCrossSigningKey } from './cross-signing-keys.ts'
import { isDeviceKeys } from './device-keys.ts'
import { isName } from './fetched-list.ts'
import { crossSigningKeyFromRow, FoundKeys, type KeysAnswer } from './found-keys.ts'
import { MAX_LISTS_PER_QUERY, MAX_USERS_PER_QUERY } from './limits.ts'
import { addLocalKeys, addSignatures } from './local-keys.ts'
import { byServer, type E2eeParts } from './parts.ts'
import type { RemoteDeviceLists } from './remote-device-lists.ts'
import { Failures, remoteTimeout } from './remote-questions.ts'
import { withSignaturesOf } from './signed-keys.ts'
import { selectCrossSigningKeys } from './store/cross-signing.ts'
import { selectRemoteDevices } from './store/remote-device-lists.ts'

/** By user: the devices wanted; an empty list stands for all. */
export type KeyQuery = ReadonlyMap<UserId, readonly DeviceId[]>

export interface QueriedKeys extends KeysAnswer {
  readonly failures: { [serverName: string]: JsonObject }
}

type QueryParts = E2eeParts & { readonly lists: RemoteDeviceLists }

export async function queryKeys(
  asked: KeyQuery,
  asker: UserId,
  waiting: Waiting,
  parts: QueryParts,
): Promise<QueriedKeys> {
  const { found, failures } = await findKeys(asked, asker, waiting, parts)
  return { ...found.toAnswer(), failures: failures.toAnswer() }
}

/** As `queryKeys`, before it is put into its wire form. */
export async function findKeys(
  asked: KeyQuery,
  asker: UserId,
  waiting: Waiting,
  parts: QueryParts,
): Promise<{ readonly found: FoundKeys; readonly failures: Failures }> {
  if (asked.size > MAX_USERS_PER_QUERY) {
    throw invalidParam(`Keys of at most ${MAX_USERS_PER_QUERY} users can be asked for at once. Ask for fewer.`)
  }
  const question = { found: new FoundKeys(), failures: new Failures(), asker, waiting, parts }
  const { local, remote } = byServer(asked, parts.serverName)
  await Promise.all([addLocalKeys(question.found, local, asker, parts), findRemote(remote, question)])
  await addSignatures(question.found, [...asked.keys()], asker, parts)
  return question
}

interface Question {
  readonly found: FoundKeys
  readonly failures: Failures
  readonly asker: UserId
  readonly waiting: Waiting
  readonly parts: QueryParts
}

async function findRemote(remote: ReadonlyMap<ServerName, KeyQuery>, question: Question): Promise<void> {
  if (remote.size === 0) return
  const { asker, parts } = question
  const users = [...remote.values()].flatMap((asked) => [...asked.keys()])
  // Of those who share no room we are told nothing: what we know of them may be old, so their servers are asked every time.
  const since = await parts.sharing.sharesRoomSince(asker, users)
  const fresh = since.size === 0 ? new Set<UserId>() : await parts.lists.fresh(since)
  await Promise.all([...remote].map(([server, asked]) => findAtServer(server, asked, { since, fresh }, question)))
  await addFollowed(new Map([...remote.values()].flatMap((asked) => [...asked])), fresh, question)
}

/** Fetches what is not fresh. Lists that could be fetched are fresh after it; the rest is answered by one bulk question. */
async function findAtServer(
  server: ServerName,
  asked: KeyQuery,
  known: { readonly since: ReadonlyMap<UserId, number>; readonly fresh: Set<UserId> },
  question: Question,
): Promise<void> {
  const { parts, waiting, failures } = question
  const missing = [...asked.keys()].filter((userId) => !known.fresh.has(userId))
  const followed = missing.filter((userId) => known.since.has(userId))
  if (followed.length > MAX_LISTS_PER_QUERY) {
    await parts.lists.want(followed)
    return askServer(server, subset(asked, missing), question)
  }
  const strangers = missing.filter((userId) => !known.since.has(userId))
  const timeout = remoteTimeout(waiting.timeout)
  await Promise.all([
    askServer(server, subset(asked, strangers), question),
    ...followed.map(async (userId) => {
      const notBefore = known.since.get(userId) ?? 0
      const failure = await parts.lists.fetch(userId, { notBefore, timeout, signal: waiting.signal })
      if (failure === undefined) known.fresh.add(userId)
      else failures.note(failure)
    }),
  ])
}

const subset = (asked: KeyQuery, users: readonly UserId[]): KeyQuery =>
  new Map(users.map((userId) => [userId, asked.get(userId) ?? []]))

async function askServer(server: ServerName, asked: KeyQuery, { found, failures, waiting, parts }: Question) {
  if (asked.size === 0) return
  const options = { timeout: remoteTimeout(waiting.timeout), signal: waiting.signal }
  const outcome = await parts.transport.queryUserKeys(server, asked, options)
  if (outcome.ok) addAnswer(found, outcome.value, parts)
  else failures.note(outcome.failure)
}

function addAnswer(found: FoundKeys, answer: UserKeys, { crypto }: E2eeParts): void {
  for (const [userId, devices] of answer.deviceKeys) {
    found.addUser(userId)
    for (const [deviceId, keys] of devices) {
      if (!isDeviceKeys(keys, userId, deviceId)) continue
      const name = stringAt(objectAt(keys, 'unsigned') ?? {}, 'device_display_name')
      const displayName = name !== undefined && isName(name) ? name : undefined
      found.addDevice(userId, deviceId, { keys: withSignaturesOf(keys, userId), displayName })
    }
  }
  for (const [userId, keys] of answer.masterKeys) {
    const master = readCrossSigningKey(withSignaturesOf(keys, userId), 'master', userId)
    if (master === undefined) continue
    found.addCrossSigningKey(userId, master)
    const selfSigningKeys = answer.selfSigningKeys.get(userId)
    const selfSigning =
      selfSigningKeys && readCrossSigningKey(withSignaturesOf(selfSigningKeys, userId), 'self_signing', userId)
    if (selfSigning && isBackedBy(selfSigning, master.publicKey, userId, crypto)) {
      found.addCrossSigningKey(userId, selfSigning)
    }
  }
}

/** Adds the lists that we follow. */
async function addFollowed(asked: KeyQuery, fresh: ReadonlySet<UserId>, { found, parts }: Question): Promise<void> {
  const users = [...fresh]
  if (users.length === 0) return
  const [devices, keys] = await Promise.all([
    parts.database.run(selectRemoteDevices, users),
    parts.database.run(selectCrossSigningKeys, users),
  ])
  for (const userId of users) found.addUser(userId)
  for (const row of devices) {
    const [userId, deviceId] = [row.user_id as UserId, row.device_id as DeviceId] // row mapping
    const wanted = asked.get(userId) ?? []
    if (row.keys === null || (wanted.length > 0 && !wanted.includes(deviceId))) continue
    found.addDevice(userId, deviceId, {
      keys: JSON.parse(row.keys) as JsonObject,
      displayName: row.display_name ?? undefined,
    })
  }
  for (const row of keys) {
    const key = crossSigningKeyFromRow(row)
    if (key) found.addCrossSigningKey(row.user_id as UserId, key)
  }
}
