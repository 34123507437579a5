// An encrypted file: encrypted by the sender, uploaded as bytes, fetched and decrypted by the reader.
// spec: client-server-api, modules/end_to_end_encryption.md #sending-encrypted-attachments

import { webcrypto } from 'node:crypto'
import type { Participant } from './participant.ts'

const text = 'Handlingen i ärendet, krypterad från början till slut.\n'

export async function attachmentRoundTrip(from: Participant, to: Participant, roomId: string): Promise<void> {
  const { file, ciphertext } = await encrypt(new TextEncoder().encode(text))
  const { content_uri } = await from.client.uploadContent(new Blob([ciphertext]), { type: 'application/octet-stream' })
  const { event_id } = await from.send(roomId, {
    msgtype: 'm.file',
    body: 'handling.txt',
    info: { mimetype: 'text/plain', size: text.length },
    file: { ...file, url: content_uri },
  })
  const event = await to.sees(roomId, event_id)
  const received = event.getContent()['file'] as typeof file & { url: string }
  const url = to.client.mxcUrlToHttp(received.url, undefined, undefined, undefined, false, true, true)
  if (!url) throw new Error('The file has no address.')
  const answer = await to.home.fetchFn(url, { headers: { authorization: `Bearer ${to.client.getAccessToken()}` } })
  if (!answer.ok) throw new Error(`The file could not be fetched: ${answer.status}.`)
  const read = await decrypt(received, new Uint8Array(await answer.arrayBuffer()))
  if (new TextDecoder().decode(read) !== text) throw new Error('The file is not what was sent.')
}

async function encrypt(plain: Uint8Array<ArrayBuffer>) {
  const key = await webcrypto.subtle.generateKey({ name: 'AES-CTR', length: 256 }, true, ['encrypt', 'decrypt'])
  const counter = new Uint8Array(16)
  webcrypto.getRandomValues(counter.subarray(0, 8))
  const ciphertext = await webcrypto.subtle.encrypt({ name: 'AES-CTR', counter, length: 64 }, key, plain)
  const hash = await webcrypto.subtle.digest('SHA-256', ciphertext)
  const file = {
    v: 'v2',
    key: await webcrypto.subtle.exportKey('jwk', key),
    iv: unpadded(counter),
    hashes: { sha256: unpadded(new Uint8Array(hash)) },
  }
  return { file, ciphertext }
}

async function decrypt(
  file: { key: webcrypto.JsonWebKey; iv: string },
  ciphertext: Uint8Array<ArrayBuffer>,
): Promise<ArrayBuffer> {
  const key = await webcrypto.subtle.importKey('jwk', file.key, 'AES-CTR', false, ['decrypt'])
  const counter = new Uint8Array(Buffer.from(file.iv, 'base64'))
  return webcrypto.subtle.decrypt({ name: 'AES-CTR', counter, length: 64 }, key, ciphertext)
}

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')
