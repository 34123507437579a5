// Changes real inputs a little: bits, bytes, pieces, and things that parsers trip over.

/** Numbers in [0, 1) that a seed determines (mulberry32), so that a failure can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const oddities = [
  '"', '\\', '{', '}', '[', ']', ',', ':', '-0', '1.0', '1e400', '9007199254740993', '-9223372036854775809', 'null', 'true',
  '""', '{}', '[]', '"__proto__":{}', '"constructor":1', '\\u0000', '\\ud800', '\\udc00\\ud800', '\u0000', '\u2028', '\ufeff',
  'å', '😀', '@', '!', '$', '#', '[::1]:8448', '@a:b', '"unsigned":{}', '"room_id":1', '=', 'A'.repeat(300), '['.repeat(300),
  '{"a":'.repeat(300),
].map((text) => Buffer.from(text)) // biome-ignore format: a table

/** Inputs do not grow beyond this: what is larger is refused by size before it is parsed. */
const MAX_INPUT = 100_000

/** One of the seeds, changed in one to eight places. */
export function mutate(seeds: readonly Uint8Array[], random: () => number): Uint8Array {
  const upTo = (limit: number) => Math.floor(random() * limit)
  const pick = <Value>(values: readonly Value[]): Value => values[upTo(values.length)] as Value
  let input: Uint8Array = pick(seeds)
  for (let count = 1 + upTo(8); count > 0; count -= 1) {
    const [at, length] = [upTo(input.length + 1), upTo(20)]
    const changes: readonly (() => Uint8Array)[] = [
      () => spliced(input, at, 0, pick(oddities)),
      () => spliced(input, at, length, pick(oddities)),
      () => spliced(input, at, length, new Uint8Array()),
      () => spliced(input, at, 1, Uint8Array.of(upTo(256))),
      () => spliced(input, at, 0, input.subarray(upTo(input.length + 1)).subarray(0, upTo(200))),
      () => spliced(input, at, length, pick(seeds).subarray(at, at + length)),
      () => input.subarray(0, at),
    ]
    input = pick(changes)().subarray(0, MAX_INPUT)
  }
  return input
}

function spliced(input: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  return Buffer.concat([input.subarray(0, at), insert, input.subarray(at + remove)])
}
