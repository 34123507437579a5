// Reads the two parts of a media answer as they come: a small JSON part, then headers and bytes of any length.
// spec: content_repository.yaml (multipart/mixed); RFC 2046 §5.1

/** The bytes are no `multipart/mixed` of two parts as the specification wants it. */
export class MalformedMultipart extends Error {
  constructor(reason: string) {
    super(`The multipart answer is malformed: ${reason}.`)
    this.name = 'MalformedMultipart'
  }
}

export interface MediaPart {
  /** Headers of the second part, names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: AsyncIterable<Uint8Array>
}

/** Headers and the whole JSON part: an empty object today, some metadata tomorrow. */
const MAX_HEAD_BYTES = 64 * 1024

/** The boundary that the content type names, or undefined. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/mixed\s*;/i.test(contentType)) return undefined
  const match = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/** Reads up to the headers of the second part; its body is read by the caller. Throws `MalformedMultipart`. */
export async function readMultipart(source: AsyncIterable<Uint8Array>, boundary: string): Promise<MediaPart> {
  const reader = new DelimitedReader(source)
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  // The first boundary may stand at the very beginning: as if a line had ended there.
  reader.unread(Buffer.from('\r\n'))
  await reader.skipTo(delimiter) // preamble
  await startOfPart(reader)
  await reader.skipTo(delimiter) // headers and JSON of the first part: nothing is read from it today
  await startOfPart(reader)
  const headers = await readHeaders(reader)
  return { headers, body: reader.until(delimiter) }
}

/** After a boundary: white space and a line end, or `--` for the end of all. */
async function startOfPart(reader: DelimitedReader): Promise<void> {
  const rest = await reader.takeTo(Buffer.from('\r\n'))
  if (rest.toString('latin1').trim() !== '') throw new MalformedMultipart('a part is missing')
}

async function readHeaders(reader: DelimitedReader): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>()
  for (;;) {
    const line = (await reader.takeTo(Buffer.from('\r\n'))).toString('utf8')
    if (line === '') return headers
    const colon = line.indexOf(':')
    if (colon < 1) throw new MalformedMultipart('a header has no name')
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
}

/** Finds delimiters in a stream, holding back no more than could be the beginning of one. */
class DelimitedReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]()
  }

  unread(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held])
  }

  async skipTo(delimiter: Buffer): Promise<void> {
    await this.takeTo(delimiter)
  }

  /** The bytes before the next delimiter, which is taken too. Bounded: only for what stands before the media. */
  async takeTo(delimiter: Buffer): Promise<Buffer> {
    for (let from = 0; ; ) {
      const at = this.#held.indexOf(delimiter, from)
      if (at >= 0) return this.#take(at, delimiter.length)
      from = Math.max(0, this.#held.length - delimiter.length + 1)
      await this.#more()
    }
  }

  /** The bytes up to the delimiter, as they come. */
  async *until(delimiter: Buffer): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const at = this.#held.indexOf(delimiter)
        if (at >= 0) {
          if (at > 0) yield this.#take(at, delimiter.length)
          return
        }
        const safe = this.#held.length - delimiter.length + 1
        if (safe > 0) yield this.#take(safe, 0)
        const next = await this.#pieces.next()
        if (next.done) throw new MalformedMultipart('it ends before its last boundary')
        this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value])
      }
    } finally {
      await this.#pieces.return?.()
    }
  }

  #take(length: number, skip: number): Buffer {
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length + skip)
    return taken
  }

  async #more(): Promise<void> {
    const next = await this.#pieces.next()
    if (next.done) throw new MalformedMultipart('it ends before the media begins')
    // What is held may be the media already: only what has been searched in vain counts.
    if (this.#held.length > MAX_HEAD_BYTES) throw new MalformedMultipart('the head is too large')
    this.#held = Buffer.concat([this.#held, next.value])
  }
}
