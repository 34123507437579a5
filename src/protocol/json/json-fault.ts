// Why a text is refused as JSON, or a value as canonical JSON.
// spec: RFC 8259; appendices #canonical-json; proposals/4458

export type JsonFault =
  | 'not-utf-8'
  | 'syntax'
  | 'duplicate-key'
  | 'lone-surrogate'
  | 'float'
  | 'unsafe-integer'
  | 'not-json'
  | 'too-deep'

/**
 * How numbers are read and written.
 *
 * - `integers`: canonical JSON, since room version 6: integers in ±(2^53−1) only. Negative zero is read as zero.
 * - `any`: as doubles, the way the client API uses them (a tag's `order` is a fraction).
 * - `faithful`: like `any`, but a number that a double cannot give back (beyond 2^53, `1.0`) stays the text that servers with
 *   unbounded integers hash, for room versions 1 to 5. Such a value looks like an empty-handed object: read it with `numberOf`.
 * - `verbatim`: like `faithful`, but every number stays the text that was sent, as servers sign it that do not read what they hand on.
 */
export type NumberReading = 'integers' | 'any' | 'faithful' | 'verbatim'

const sentences: { readonly [fault in JsonFault]: string } = {
  'not-utf-8': 'The body is not UTF-8. Send JSON encoded as UTF-8.',
  syntax: 'The body is not JSON. Send one JSON value, as RFC 8259 defines it.',
  'duplicate-key': 'An object has the same key twice. Send every key once.',
  'lone-surrogate': 'A string has half of a UTF-16 surrogate pair. Send whole characters.',
  float: 'A number has a fraction or an exponent. Send integers.',
  'unsafe-integer': 'A number is outside ±(2^53−1). Send smaller integers, or a string.',
  'not-json': 'A value is not JSON. Send strings, integers, booleans, null, arrays and objects.',
  'too-deep': 'The JSON is nested too deep. Send fewer levels of arrays and objects.',
}

/** The sentence for the person who reads the refusal. */
export const sentenceFor = (fault: JsonFault): string => sentences[fault]

/** True where the text is no JSON at all (`M_NOT_JSON`); otherwise it is JSON that Matrix does not take (`M_BAD_JSON`). */
export const isSyntaxFault = (fault: JsonFault): boolean => fault === 'syntax' || fault === 'not-utf-8'
