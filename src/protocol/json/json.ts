// JSON as Matrix needs it: a strict reader and canonical JSON. Face of the folder.
// spec: appendices #canonical-json; proposals/4458

export { CanonicalJsonError, canonicalJson, canonicalString, sortedKeys } from './canonical-json.ts'
export {
  arrayAt,
  booleanAt,
  integerAt,
  isObject,
  member,
  numberOf,
  objectAt,
  stringAt,
  stringsAt,
  withMember,
  withoutMembers,
} from './json-access.ts'
export { isWithinDepth } from './json-depth.ts'
export type { JsonFault, NumberReading } from './json-fault.ts'
export { isSyntaxFault, sentenceFor } from './json-fault.ts'
export type { Json, JsonObject } from './json-value.ts'
export type { ParsedJson, ParseOptions } from './parse-json.ts'
export { MAX_JSON_DEPTH, parseJson } from './parse-json.ts'
export { rawNumberText } from './raw-number.ts'
