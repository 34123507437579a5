// The terminal as the commands see it.

export interface Io {
  out(text: string): void
  error(text: string): void
  /** Whether a person can be asked. */
  readonly canAsk: boolean
  /** Asks for a secret without showing what is typed. Rejects when the person breaks off (Ctrl-C, Ctrl-D). */
  askSecret(question: string): Promise<string>
  /** The first line of standard input, without its line feed; at most 4096 characters. */
  readLine(): Promise<string>
}
