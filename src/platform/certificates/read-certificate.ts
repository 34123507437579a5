// What is needed of an authority's certificate to sign below it.
// spec: RFC 5280 §4.1

import { context, type Element, elementsOf, TAG } from './der.ts'

/** Contents of the key identifier extension's `OBJECT IDENTIFIER`, 2.5.29.14. */
const SUBJECT_KEY_IDENTIFIER = Buffer.from([0x55, 0x1d, 0x0e])

/** The subject's name as it stands there: the issuer's name below must be the same bytes. */
export function subjectOf(certificate: Uint8Array): Uint8Array {
  // Serial number, signature, issuer, validity, subject: after the version, which may be missing.
  const fields = fieldsOf(certificate)
  const start = fields[0]?.tag === context(0, true) ? 1 : 0
  const subject = fields[start + 4]
  if (subject?.tag !== TAG.sequence) throw new RangeError('The certificate has no subject.')
  return subject.whole
}

/** The subject key identifier, if it has one. */
export function keyIdentifierOf(certificate: Uint8Array): Uint8Array | undefined {
  const extensions = fieldsOf(certificate).find(({ tag }) => tag === context(3, true))
  const list = extensions && elementsOf(extensions.content)[0]
  for (const one of list ? elementsOf(list.content) : []) {
    const parts = elementsOf(one.content)
    const value = parts.at(-1)
    if (value && parts[0] && Buffer.compare(parts[0].content, SUBJECT_KEY_IDENTIFIER) === 0) {
      return elementsOf(value.content)[0]?.content
    }
  }
  return undefined
}

function fieldsOf(certificate: Uint8Array): Element[] {
  const whole = elementsOf(certificate)[0]
  const toBeSigned = whole && elementsOf(whole.content)[0]
  if (toBeSigned === undefined) throw new RangeError('The certificate is empty.')
  return elementsOf(toBeSigned.content)
}
