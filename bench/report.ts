// What a measurement says: sentences for people, or one JSON object per scenario for programs.

export interface Report {
  /** Something on the way; only people see it. */
  note(line: string): void
  /** A figure that counts. */
  result(facts: Readonly<Record<string, unknown>> & { readonly scenario: string }, line: string): void
}

export const reportForPeople: Report = {
  note: (line) => console.log(line),
  result: (_facts, line) => console.log(line),
}

export const reportForPrograms: Report = {
  note: () => {},
  result: (facts) => console.log(JSON.stringify(facts)),
}
