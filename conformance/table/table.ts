// Which operations of the specification are served, and which of their answers tests have seen: runs the tests that speak to endpoints,
// holds every answer against the specification's own schemas, prints and writes conformance/results.tsv.
// Usage: npm run conformance [-- --without-tests]
// spec: docs/architecture.md §2

import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mismatches } from './check-answers.ts'
import { explanationOf } from './explained.ts'
import { type Observation, readObservations } from './observations.ts'
import { type Row, rowsOf, textOf } from './rows.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const results = join(project, 'conformance/results.tsv')
/** Those that speak to endpoints over sockets or the loop-back line. */
const testFiles = [
  'src/endpoints/**/*.test.ts',
  'src/federation/*.test.ts',
  'src/main/**/*.test.ts',
  'conformance/{bad-input,conversation,table}/*.test.ts',
]

function observe(): { readonly observations: readonly Observation[]; readonly passed: boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'samband-observations-'))
  try {
    const files = testFiles.flatMap((pattern) => globSync(pattern, { cwd: project })).sort()
    const run = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=dot', ...files], {
      cwd: project,
      stdio: 'inherit',
      env: {
        ...process.env,
        SAMBAND_OBSERVATIONS: folder,
        // Options reach the programs that a test starts as well.
        NODE_OPTIONS: `--import ${new URL('record.ts', import.meta.url)}`,
      },
    })
    return { observations: readObservations(folder), passed: run.status === 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The program's part of the table, with what tests saw last time. */
function withFormerSightings(): readonly Row[] {
  const former = new Map(
    readFileSync(results, 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([api, operationId, method, path, , responses = '', tests = '']) => [
        `${api} ${operationId} ${method} ${path}`,
        { responses, tests },
      ]),
  )
  return rowsOf([]).map((row) => ({ ...row, ...former.get(`${row.api} ${row.operationId} ${row.method} ${row.path}`) }))
}

function report(rows: readonly Row[]): void {
  const served = rows.filter(({ implemented }) => implemented === 'yes')
  const answers = served.flatMap(({ responses }) => responses.split(' '))
  const asked = served.filter(({ tests }) => tests !== '')
  console.log(textOf(rows))
  console.log(`${served.length} of ${rows.length} operations are served; tests have asked ${asked.length} of them.`)
  const told = answers.filter((each) => /^\d+[+-]$/.test(each))
  console.log(`${told.filter((each) => each.endsWith('+')).length} of their ${told.length} answers have been seen.`)
}

if (process.argv.includes('--without-tests')) {
  const rows = withFormerSightings()
  writeFileSync(results, textOf(rows))
  report(rows)
} else {
  const { observations, passed } = observe()
  const rows = rowsOf(observations)
  writeFileSync(results, textOf(rows))
  report(rows)
  const faults = mismatches(observations).filter((each) => explanationOf(each) === undefined)
  for (const { operation, status, test, sentence } of faults) {
    console.log(`${operation} ${status}: ${sentence} (${test})`)
  }
  console.log(`${faults.length} kinds of answers do not fit the specification's schemas.`)
  if (!passed) console.log('Some tests failed: what they would have seen is not in the table.')
  if (!passed || faults.length > 0) process.exitCode = 1
}
