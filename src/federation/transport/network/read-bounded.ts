// Reads a body up to a bound. spec: server-server-api #api-standards (bodies of other servers are hostile)

/** The whole body, or undefined when it has more than `maxBytes`: the rest is then not read and its connection given up. */
export async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > maxBytes) return undefined
    pieces.push(piece)
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length)
}
