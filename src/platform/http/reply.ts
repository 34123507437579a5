// The answer to one request.
// spec: RFC 9110 §15 (status codes), RFC 9112 §6 (message body length)

export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>

/** Text is sent as UTF-8. Several pieces are sent one after the other without being joined. */
export type ReplyBody = string | Uint8Array | readonly Uint8Array[]

export interface HttpReply {
  /** Whether the head has been sent: after that, no other answer can be given. */
  readonly sent: boolean
  /** Answers with JSON text that the caller has made. The text is not looked at. */
  json(status: number, text: string, headers?: ReplyHeaders): void
  /** Answers with a whole body. `content-length` is set here, `content-type` by the caller. */
  send(status: number, body: ReplyBody, headers?: ReplyHeaders): void
  /**
   * Answers with pieces as they come, never ahead of what the client takes. Resolves when the last piece has been handed over.
   * Rejects with the source's error (the connection is then broken off, so that the client cannot take the part for the whole)
   * or with the signal's reason when the client has gone.
   */
  stream(status: number, source: AsyncIterable<Uint8Array>, headers?: ReplyHeaders): Promise<void>
}
