// Two servers with content, a fresh PostgreSQL and folders each, talking by loop-back over a line that the test can break.
// spec: docs/architecture.md (tests)

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Peer, Peers, rawReply } from '#federation/transport/peers-for-tests.ts'
import type { FakeClock } from '#platform/clock/clock.ts'
import { type TestScope, testDatabase } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { type MxcUri, parseMxcUri, type UserId } from '#protocol/identifiers/identifiers.ts'
import { Media, type MediaOptions, openMediaFiles } from './media.ts'

const options: MediaOptions = {
  largestUpload: 1_000_000,
  remote: { largestDownload: 500_000, largestCache: 10_000_000, keep: 30 * 24 * 3_600_000 },
  thumbnails: { enabled: true, largestPixels: 1_000_000 },
  unauthenticatedPaths: false,
}

export interface TestMedia {
  readonly media: Media
  readonly peer: Peer
  readonly folder: string
  /** Names of all files under the folder, drafts too. */
  files(): Promise<string[]>
}

export interface TwoServers {
  readonly alfa: TestMedia
  readonly beta: TestMedia
  readonly clock: FakeClock
  readonly peers: Peers
}

/** `beta` answers federation requests for its content, as a server does. */
export async function twoServers(scope: TestScope, changed: Partial<MediaOptions> = {}): Promise<TwoServers> {
  const peers = new Peers((await testDatabase(scope)).database)
  const [alfa, beta] = [await server(scope, peers, 'alfa', changed), await server(scope, peers, 'beta', changed)]
  beta.peer.answering = (request) => answer(beta, request.target)
  return { alfa, beta, clock: peers.clock, peers }
}

async function server(
  scope: TestScope,
  peers: Peers,
  name: string,
  changed: Partial<MediaOptions>,
): Promise<TestMedia> {
  const { database } = await testDatabase(scope)
  const folder = await mkdtemp(join(tmpdir(), 'samband-media-'))
  const random = systemRandom()
  const peer = peers.add(name, { database })
  const media = new Media({
    serverName: peer.name,
    database,
    clock: peers.clock,
    random,
    log: logTo({ write() {} }),
    transport: peer.transport,
    files: await openMediaFiles(folder, random),
    options: { ...options, ...changed },
  })
  scope.after(async () => {
    await media.stop()
    await peer.transport.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { media, peer, folder, files: () => filesIn(folder) }
}

async function answer({ media, peer }: TestMedia, target: string) {
  const [, mediaId = ''] = /^\/_matrix\/federation\/v1\/media\/download\/([\w-]+)/.exec(target) ?? []
  try {
    const content = await media.download({ uri: { serverName: peer.name, mediaId }, wait: 0, caller: 'alfa' })
    const { headers, body } = media.asMultipart(content)
    return { status: 200, headers, body }
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error
    return rawReply(error.status, { 'content-type': 'application/json' }, JSON.stringify(error))
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

export async function* bytes(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  return (await bytesOf(body)).toString()
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

export const anna = '@anna:alfa' as UserId

/** The URI of an upload by `anna`. */
export async function uploaded(
  { media }: TestMedia,
  content: string | Uint8Array,
  more: { readonly contentType?: string; readonly fileName?: string } = {},
): Promise<MxcUri> {
  const { contentType = 'text/plain', fileName } = more
  return uriOf(await media.upload({ userId: anna, contentType, fileName, body: bytes(content) }))
}

export function uriOf(text: string): MxcUri {
  const uri = parseMxcUri(text)
  if (uri === undefined) throw new Error(`${text} is no mxc URI.`)
  return uri
}
