// Randomness as an argument.

export interface Random {
  bytes(length: number): Uint8Array
  /** `length` characters of a–z, A–Z, 0–9, each drawn evenly. 43 characters carry 256 bits. */
  text(length: number): string
  /** An even real number in [0, 1), for jitter only. */
  fraction(): number
}
