// A binary heap: the smallest of a changing set, in O(log n).
// spec: rooms/v2 #state-resolution (reverse topological power ordering)

/** Below zero: `a` comes before `b`. Never zero for two different items. */
export type Order<T> = (a: T, b: T) => number

export class Heap<T> {
  readonly #items: T[] = []
  readonly #order: Order<T>

  constructor(order: Order<T>) {
    this.#order = order
  }

  push(item: T): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above] as T
      if (this.#order(parent, item) <= 0) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  /** Takes the smallest item; undefined from an empty heap. */
  pop(): T | undefined {
    const items = this.#items
    const smallest = items[0]
    const last = items.pop()
    if (items.length > 0) this.#sink(last as T)
    return smallest
  }

  #sink(item: T): void {
    const items = this.#items
    let at = 0
    for (let below = 1; below < items.length; below = 2 * at + 1) {
      const right = below + 1
      if (right < items.length && this.#order(items[right] as T, items[below] as T) < 0) below = right
      if (this.#order(item, items[below] as T) <= 0) break
      items[at] = items[below] as T
      at = below
    }
    items[at] = item
  }
}
