// Something that we and the other server's library see differently: to be examined, decided by the specification, and kept as a vector.

export interface Disagreement {
  /** Which comparison, which room version, which seed. */
  readonly about: string
  readonly what: string
  /** All that is needed to look at it again. */
  readonly input: object
}
