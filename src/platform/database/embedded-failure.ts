// What PostgreSQL's own messages mean for the person who starts Samband.
// spec: docs/manual (what to do when it does not start)

interface Explanation {
  readonly when: RegExp
  readonly say: (home: string, line: string) => string
}

const explanations: readonly Explanation[] = [
  {
    when: /shared memory.*No space left|\/dev\/shm|could not resize shared memory/i,
    say: () => 'PostgreSQL has no room for shared memory. Give the container a larger /dev/shm (64 MB or more).',
  },
  {
    when: /No space left on device|Disk quota exceeded/i,
    say: (home) => `The disk of ${home} is full. Make room there and start again; nothing that was confirmed is lost.`,
  },
  {
    when: /Read-only file system/i,
    say: (home) =>
      `The file system of ${home} cannot be written to. Mount it for writing, or choose another data folder.`,
  },
  {
    when: /cannot open shared object file|error while loading shared libraries/i,
    say: (_, line) =>
      `The built-in PostgreSQL lacks a system library (${line}). Run npm ci again, or set database.url.`,
  },
  {
    when: /invalid permissions|has wrong ownership|Permission denied|Operation not permitted|EACCES/i,
    say: (home, line) =>
      `PostgreSQL may not use its files in ${home} (${line}). Give them to the user that runs Samband, or choose another data folder.`,
  },
  {
    when: /incompatible with server|was initialized by/i,
    say: (home) =>
      `The database in ${home} was made by another version of PostgreSQL. Start the version of Samband that made it.`,
  },
  {
    when: /pre-existing shared memory block|lock file .* already exists/i,
    say: (home) => `Another PostgreSQL works on ${home}. Stop it and start again.`,
  },
]

/** One sentence or two for what PostgreSQL said when it did not start. */
export function explainFailure(said: string, home: string): string {
  const lines = said.split('\n').map((line) => line.trim())
  for (const { when, say } of explanations) {
    const line = lines.find((each) => when.test(each))
    if (line !== undefined) return say(home, withoutPrefix(line))
  }
  const fatal = lines.findLast((line) => /(FATAL|PANIC|error):/.test(line)) ?? lines.findLast((line) => line !== '')
  return `The built-in PostgreSQL in ${home} did not start: ${withoutPrefix(fatal ?? 'it gave no reason')}. Restore a backup if the files are damaged, or set database.url.`
}

function withoutPrefix(line: string): string {
  return line.replace(/^.*?(FATAL|PANIC|error|ERROR|initdb): +/, '').replace(/\.$/, '')
}
