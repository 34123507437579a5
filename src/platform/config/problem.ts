// What is wrong with a configuration, for the person who wrote it.

export interface Problem {
  /** `file:line:column`, or the environment variable. */
  readonly where: string
  readonly what: string
}

export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ where, what }) => `${where}: ${what}`).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}
