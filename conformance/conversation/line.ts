// A device's line to its server, which can be cut: what is under way breaks off, what is asked meanwhile fails.

export class Line {
  readonly #fetch: typeof fetch
  #cut: AbortController | undefined
  #underWay = new AbortController()

  constructor(fetchFn: typeof fetch) {
    this.#fetch = fetchFn
  }

  readonly fetch: typeof fetch = (input, init) => {
    if (this.#cut) return Promise.reject(new TypeError('The device is offline.'))
    const signals = [this.#underWay.signal, ...(init?.signal ? [init.signal] : [])]
    return this.#fetch(input, { ...init, signal: AbortSignal.any(signals) })
  }

  cut(): void {
    this.#cut = this.#underWay
    this.#underWay = new AbortController()
    this.#cut.abort(new TypeError('The device went offline.'))
  }

  heal(): void {
    this.#cut = undefined
  }
}
