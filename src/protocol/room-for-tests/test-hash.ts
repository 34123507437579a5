// A stand-in for the reference hash: the same text gives the same ID, another text another one, without any cryptography.
// spec: rooms/v4 #event-ids (form only)

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 43 characters in the form of a SHA-256 in URL-safe base64. */
export function testHash(text: string): string {
  let hash = ''
  for (let seed = 1; seed <= 42; seed++) hash += alphabet[fnv1a(text, seed * 0x9e3779b1) >>> 26]
  return `${hash}A`
}

function fnv1a(text: string, seed: number): number {
  let sum = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d)
}
