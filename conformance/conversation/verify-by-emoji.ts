// Two people compare emoji and sign each other's keys.
// spec: client-server-api, modules/end_to_end_encryption.md #short-authentication-string-sas-verification

import { CryptoEvent } from 'matrix-js-sdk/lib/crypto-api/CryptoEvent.js'
import {
  type ShowSasCallbacks,
  VerificationPhase,
  type VerificationRequest,
  VerificationRequestEvent,
  type Verifier,
  VerifierEvent,
} from 'matrix-js-sdk/lib/crypto-api/verification.js'
import type { Participant } from './participant.ts'

/** @returns the emoji that both saw. Throws when they differ. */
export async function verifyByEmoji(asking: Participant, asked: Participant, roomId: string): Promise<string[]> {
  const incoming = new Promise<VerificationRequest>((resolve) =>
    asked.client.once(CryptoEvent.VerificationRequestReceived, resolve),
  )
  const outgoing = await asking.crypto.requestVerificationDM(asked.userId, roomId)
  const received = await incoming
  await received.accept()
  await reaches(outgoing, VerificationPhase.Ready)
  const verifier = await outgoing.startVerification('m.sas.v1')
  await reaches(received, VerificationPhase.Started)
  const other = received.verifier
  if (!other) throw new Error('The verification did not start on the other side.')

  const emoji: string[][] = []
  const done = [verifier, other].map((side) => compare(side, emoji))
  await Promise.all(done)
  const [one, two] = emoji.map((list) => list.join(' '))
  if (!one || one !== two) throw new Error('The two devices show different emoji.')
  return emoji[0] ?? []
}

async function compare(verifier: Verifier, emoji: string[][]): Promise<void> {
  const shown = new Promise<ShowSasCallbacks>((resolve) => verifier.once(VerifierEvent.ShowSas, resolve))
  const verified = verifier.verify()
  const sas = await shown
  emoji.push((sas.sas.emoji ?? []).map(([symbol]) => symbol))
  await sas.confirm()
  await verified
}

function reaches(request: VerificationRequest, phase: VerificationPhase): Promise<void> {
  if (request.phase >= phase) return Promise.resolve()
  return new Promise((resolve) => {
    const look = () => {
      if (request.phase < phase) return
      request.off(VerificationRequestEvent.Change, look)
      resolve()
    }
    request.on(VerificationRequestEvent.Change, look)
  })
}
