// First in, first out, with a bound: what does not fit is refused, and the caller says so to whoever asked.

export class BoundedQueue<Item> {
  readonly #capacity: number
  /** A ring that grows by doubling up to the capacity, so that an idle queue costs nothing. */
  #ring: (Item | undefined)[] = []
  #head = 0
  #length = 0

  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError(`The capacity of a queue is a positive integer, not ${capacity}.`)
    }
    this.#capacity = capacity
  }

  get length(): number {
    return this.#length
  }

  /** @returns false when the queue is full; the item is then not in it. */
  push(item: Item): boolean {
    if (this.#length === this.#capacity) return false
    if (this.#length === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#length) % this.#ring.length] = item
    this.#length += 1
    return true
  }

  /** The oldest item, taken out; undefined when empty. */
  shift(): Item | undefined {
    if (this.#length === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) % this.#ring.length
    this.#length -= 1
    return item
  }

  /** The oldest item, left where it is. */
  peek(): Item | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head]
  }

  /** At most `count` of the oldest items, taken out, oldest first. */
  take(count: number): Item[] {
    const items: Item[] = []
    while (items.length < count && this.#length > 0) {
      const item = this.shift()
      if (item !== undefined) items.push(item)
    }
    return items
  }

  #grow(): void {
    const size = Math.min(this.#capacity, Math.max(4, this.#ring.length * 2))
    const ring = new Array<Item | undefined>(size).fill(undefined)
    for (let i = 0; i < this.#length; i++) ring[i] = this.#ring[(this.#head + i) % this.#ring.length]
    this.#ring = ring
    this.#head = 0
  }
}
