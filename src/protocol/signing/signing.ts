// Signatures over JSON and over events. Face of the folder.
// spec: appendices #signing-json, #checking-for-a-signature; server-server-api #signing-events

export { signEvent } from './sign-event.ts'
export { signJson, textToSign } from './sign-json.ts'
export type { NeededKeys, SignatureVerdict, VerifyKey } from './verify-event.ts'
export { isUsableFor, neededKeys, verifyEventSignatures } from './verify-event.ts'
export { signaturesOf, verifyJson } from './verify-json.ts'
