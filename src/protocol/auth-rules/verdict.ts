// What a rule answers.
// spec: server-server-api #authorization-rules

/** Allowed; or refused, by a named rule and with a sentence for the person who reads it: what, why, and what to do. */
export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly rule: string; readonly message: string }

export const allow: Verdict = Object.freeze({ allowed: true })

export const deny = (rule: string, message: string): Verdict => ({ allowed: false, rule, message })

export const allowIf = (condition: boolean, rule: string, message: string): Verdict =>
  condition ? allow : deny(rule, message)
