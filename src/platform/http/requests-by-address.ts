// How many requests each address has under way. One entry for each address that has any: bounded by the open connections.

export class RequestsByAddress {
  readonly #most: number
  readonly #underWay = new Map<string, number>()

  /** @param most requests at once from one address; 0 for no bound */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts a request in. @returns false when there are too many: it is counted all the same, until it leaves. */
  enter(address: string): boolean {
    const now = this.#underWay.get(address) ?? 0
    this.#underWay.set(address, now + 1)
    return this.#most === 0 || now < this.#most
  }

  leave(address: string): void {
    const now = this.#underWay.get(address) ?? 0
    if (now <= 1) this.#underWay.delete(address)
    else this.#underWay.set(address, now - 1)
  }
}
