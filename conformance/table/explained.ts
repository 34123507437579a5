// Answers that differ from the specification's schemas for a reason.

import type { Mismatch } from './check-answers.ts'

interface Explanation {
  /** Matches `OPERATION STATUS: SENTENCE`. */
  readonly mismatch: RegExp
  readonly reason: string
}

const explanations: readonly Explanation[] = [
  {
    mismatch: /^server-server \w+ (?:sendInviteV2|make(?:Join|Leave|Knock)) 200: "event\.origin" is missing$/,
    reason:
      'The schema is that of old events: since room version 11 `origin` is no member of a PDU, and it never meant anything.',
  },
  {
    mismatch: /^client-server GET getTurnServer 200: "\w+" is missing$/,
    reason: 'Where there is no relay the answer is empty, as other servers give it and clients expect it.',
  },
  {
    mismatch: /^client-server \w+ \w+ 401: "flows" is missing$/,
    reason:
      'The 401 of a missing or unknown token, which has an errcode; the schema is that of user-interactive authentication.',
  },
  {
    mismatch: /^client-server GET getRoomStateWithKey 200: "" must match exactly one schema in oneOf$/,
    reason: 'A slip in the data: a whole event (`format=event`) fits the other choice as well, which is any object.',
  },
]

/** Undefined: it is a defect, of ours or of the table. */
export const explanationOf = ({ operation, status, sentence }: Mismatch): string | undefined =>
  explanations.find(({ mismatch }) => mismatch.test(`${operation} ${status}: ${sentence}`))?.reason
