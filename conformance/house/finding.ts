// What a rule of the house says when it is broken: where, and what to do.

export type Finding = { readonly path: string; readonly line: number; readonly sentence: string }

/** A rule looks at files and names every place where it is broken. */
export type Rule<Subject> = (subject: Subject) => Finding[]

/** One line for a person: `src/rooms/rooms.ts:12: …` (editors open it). */
export function inWords(finding: Finding): string {
  return `${finding.path}:${finding.line}: ${finding.sentence}`
}
