// Holds the papers to what is there: links lead somewhere, files that are named exist, scripts that are named can be run.
// spec: CONTRIBUTING.md, "Comments and papers"

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { projectFolder } from './sources.ts'

type Paper = { readonly path: string; readonly text: string }

const papers: readonly Paper[] = [
  ...globSync('*.md', { cwd: projectFolder }),
  ...globSync('docs/**/*.md', { cwd: projectFolder }),
]
  .sort()
  .map((path) => ({ path, text: readFileSync(join(projectFolder, path), 'utf8') }))

const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(projectFolder, 'package.json'), 'utf8'),
).scripts

/** Everything that `pattern`'s first group finds in the papers, with the paper. */
function mentions(pattern: RegExp): { paper: string; what: string }[] {
  const found = papers.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, what = '']) => ({ paper: path, what })),
  )
  assert.ok(found.length > 5, `the papers name almost nothing like ${pattern}: the test would prove nothing`)
  return found
}

test('there are papers to look at', () => {
  for (const path of [
    'README.md',
    'README.sv.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'docs/architecture.md',
  ]) {
    assert.ok(
      papers.some((paper) => paper.path === path),
      `${path} is missing`,
    )
  }
})

test('a link to a file of ours leads to a file', () => {
  for (const { paper, what } of mentions(/\]\(([^)#\s]+)[^)]*\)/g)) {
    if (/^[a-z]+:/.test(what)) continue
    assert.ok(existsSync(join(projectFolder, dirname(paper), what)), `${paper}: the link ${what} leads nowhere`)
  }
})

test('a path below src, conformance, scripts or bench that a paper names is there', () => {
  for (const { paper, what } of mentions(
    /`((?:src|conformance|scripts|bench|docs|migrations|vectors)\/[\w./-]+\w)`/g,
  )) {
    if (/NNNN/.test(what)) continue
    assert.ok(existsSync(join(projectFolder, what)), `${paper}: ${what} is not there`)
  }
})

test('an `npm run` that a paper names is a script', () => {
  for (const { paper, what } of mentions(/npm run ([\w:-]+)/g))
    assert.ok(scripts[what], `${paper}: npm run ${what} is no script`)
})

test('a script of package.json starts a file that is there', () => {
  for (const [name, command] of Object.entries(scripts)) {
    for (const [, file = ''] of command.matchAll(/node ([\w/.-]+\.ts)/g)) {
      assert.ok(existsSync(join(projectFolder, file)), `npm run ${name}: ${file} is not there`)
    }
  }
})

test('a decision begins with its number, which is its own', () => {
  const decisions = papers.filter(({ path }) => path.startsWith('docs/decisions/'))
  assert.ok(decisions.length > 10)
  const numbers = decisions.map(({ path, text }) => {
    const number = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]
    assert.ok(
      number !== undefined && text.startsWith(`# ${number} `),
      `${path}: name it NNNN-what.md and begin it with "# NNNN "`,
    )
    return number
  })
  assert.equal(new Set(numbers).size, numbers.length, 'two decisions have the same number')
})

test('both front pages show the same commands', () => {
  const commandsOf = (path: string) =>
    [...(papers.find((paper) => paper.path === path)?.text ?? '').matchAll(/```\n([\s\S]*?)```/g)].map(
      ([, block]) => block,
    )
  assert.ok(commandsOf('README.md').length > 0)
  assert.deepEqual(commandsOf('README.sv.md'), commandsOf('README.md'))
})
