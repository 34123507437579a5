// The configuration file: YAML, with the place of every name and value.
// spec: YAML 1.2.2

import { isCollection, isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Problem } from './problem.ts'

/** References to anchors that are followed: nobody writes more by hand, and a bomb needs more. */
const MOST_ALIASES = 100

export class ConfigFile {
  readonly #name: string
  readonly #lines = new LineCounter()
  readonly #document: ReturnType<typeof parseDocument>

  /** @param name how the file is called in messages */
  constructor(name: string, text: string) {
    this.#name = name
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
  }

  /** What is wrong with the YAML itself. */
  get problems(): Problem[] {
    const { errors, contents } = this.#document
    if (
      errors.length === 0 &&
      contents !== null &&
      !isMap(contents) &&
      !(isScalar(contents) && contents.value === null)
    ) {
      return [{ where: `${this.#name}:1:1`, what: 'expected settings such as `data: /var/lib/samband`, one per line' }]
    }
    return errors.map(({ pos, message }) => ({ where: this.#at(pos[0]), what: message }))
  }

  /** The settings. A name without a value is as if it were not there (its children may all be commented out). */
  data(): Record<string, unknown> {
    const value: unknown = this.#document.toJS({ maxAliasCount: MOST_ALIASES })
    return (withoutNulls(value) ?? {}) as Record<string, unknown>
  }

  /** `file:line:column` of the value at a path, or of the nearest thing around it. */
  whereIs(path: readonly PropertyKey[]): string {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true)
      if (isScalar(node) || isCollection(node)) return this.#at(node.range?.[0] ?? 0)
    }
    return this.#at(0)
  }

  /** `file:line:column` of a name inside the group at a path. */
  whereIsName(path: readonly PropertyKey[], name: string): string {
    const group: unknown = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true)
    if (!isMap(group)) return this.whereIs(path)
    const pair = group.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === name)
    return isScalar(pair?.key) ? this.#at(pair.key.range?.[0] ?? 0) : this.whereIs(path)
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#name}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  )
}
