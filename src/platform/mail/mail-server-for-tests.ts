// A mail server on loopback that keeps what it is given: for tests of whoever sends mails.
// spec: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 2045 §6.7 (quoted-printable), RFC 2046 §5.1 (multipart)

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { CertificateAndKey } from '#platform/certificates/certificates.ts'

export interface ReceivedMail {
  readonly to: string
  readonly encrypted: boolean
  readonly headers: string
  /** Parts by content type, decoded. */
  readonly parts: ReadonlyMap<string, string>
}

export interface MailServerForTests {
  readonly port: number
  /** All mails so far, oldest first. */
  readonly mails: readonly ReceivedMail[]
  /** Recipients that were named, taken or not. */
  readonly asked: readonly string[]
  /** Answers to the next recipients instead of taking them: `450 4.2.0 Later`. */
  readonly refusals: string[]
  /** The mail with this number, from 0, when it has come. */
  mail(index: number): Promise<ReceivedMail>
  close(): Promise<void>
}

/** @param certificate offers STARTTLS with it; undefined: does not offer it. */
export async function startMailServer(certificate?: CertificateAndKey): Promise<MailServerForTests> {
  const sockets = new Set<Socket>()
  const mails: ReceivedMail[] = []
  const asked: string[] = []
  const refusals: string[] = []
  let progress = Promise.withResolvers<void>()
  const changed = () => {
    progress.resolve()
    progress = Promise.withResolvers()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    talk(socket, {
      certificate,
      answerTo: (to) => {
        asked.push(to)
        changed()
        return refusals.shift() ?? '250 OK'
      },
      take: (mail) => {
        mails.push(mail)
        changed()
      },
    })
    socket.write('220 loopback\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    ...{ mails, asked, refusals },
    async mail(index) {
      for (;;) {
        const mail = mails[index]
        if (mail !== undefined) return mail
        await progress.promise
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Conversation {
  readonly certificate: CertificateAndKey | undefined
  readonly answerTo: (recipient: string) => string
  readonly take: (mail: ReceivedMail) => void
}

function talk(socket: Socket, conversation: Conversation): void {
  const { certificate } = conversation
  const encrypted = socket instanceof TLSSocket
  let pending = ''
  let to = ''
  let data: string[] | undefined
  const answer = (text: string) => void socket.write(`${text}\r\n`)
  const read = (line: string) => {
    if (data !== undefined) {
      if (line !== '.') return void data.push(line.replace(/^\./, ''))
      conversation.take(readMail(data.join('\n'), to, encrypted))
      data = undefined
      return answer('250 OK')
    }
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO') return answer(`${certificate && !encrypted ? '250-STARTTLS\r\n' : ''}250 SMTPUTF8`)
    if (verb === 'RCPT') {
      to = /<([^>]*)>/.exec(line)?.[1] ?? ''
      return answer(conversation.answerTo(to))
    }
    if (verb === 'DATA') {
      data = []
      return answer('354 Go on')
    }
    if (verb === 'STAR') return certificate ? secure(socket, certificate, conversation) : answer('502 5.5.1 Not here')
    if (verb === 'QUIT') return void socket.end('221 Bye\r\n')
    answer('250 OK')
  }
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => {
    pending += bytes.toString('utf8')
    const lines = pending.split('\r\n')
    pending = lines.pop() ?? ''
    for (const line of lines) read(line)
  })
}

function secure(socket: Socket, { certificate, key }: CertificateAndKey, conversation: Conversation): void {
  socket.removeAllListeners('data')
  socket.write('220 Go on\r\n')
  talk(
    new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert: certificate, key }) }),
    conversation,
  )
}

function readMail(text: string, to: string, encrypted: boolean): ReceivedMail {
  const headers = text.slice(0, text.indexOf('\n\n')).replace(/\n[ \t]/g, ' ')
  const boundary = /boundary="([^"]+)"/.exec(headers)?.[1] ?? ''
  const parts = text.split(`--${boundary}`).slice(1, -1).map(readPart)
  return { to, encrypted, headers, parts: new Map(parts) }
}

function readPart(part: string): [string, string] {
  const split = part.indexOf('\n\n')
  const headers = part.slice(0, split)
  const type = /Content-Type: ([^;\s]+)/i.exec(headers)?.[1] ?? ''
  return [type, decoded(part.slice(split + 2), /quoted-printable|base64/i.exec(headers)?.[0].toLowerCase())]
}

function decoded(content: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString('utf8')
  if (encoding === undefined) return content
  const bytes = content
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
