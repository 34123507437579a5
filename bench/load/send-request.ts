// A message as its sender writes it to the socket. The same bytes for every server that is measured.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}

/** Who sends where. */
export interface SendTarget {
  readonly roomId: string
  readonly accessToken: string
}

/** A message of some 630 bytes, as the limit prototype was measured with. */
export const messageBody = `{"msgtype":"m.text","body":"${'abcdefghij'.repeat(60)}"}`

/** Makes the writer of one sender's requests: all but the transaction ID is put together once. */
export function sendRequests(target: SendTarget, host: string): (txnId: string, body?: string) => string {
  const start = `PUT /_matrix/client/v3/rooms/${encodeURIComponent(target.roomId)}/send/m.room.message/`
  const middle = ` HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${target.accessToken}\r\nContent-Type: application/json\r\nContent-Length: `
  return (txnId, body = messageBody) => `${start}${txnId}${middle}${Buffer.byteLength(body)}\r\n\r\n${body}`
}
