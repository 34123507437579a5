import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findCircles } from './circles.ts'
import type { Rule } from './finding.ts'
import { circlesOfFiles, circlesOfModules, graphOfFiles, graphOfModules } from './graphs.ts'
import {
  dotsAcrossModules,
  missingFiles,
  outsideTheTable,
  packagesInTwoFolders,
  pastTheFace,
  testPartsInProgram,
} from './import-rules.ts'
import { undeclaredPackages, unusedPackages } from './package-rules.ts'
import { type SourceFile, sourceFile } from './sources.ts'
import {
  castsToAny,
  changingModules,
  defaultExports,
  enums,
  filesWithoutOpening,
  namesThatSayNothing,
  statementsOutsideStores,
} from './writing-rules.ts'

/** Each file is a path and a text. */
type Files = Readonly<Record<string, string>>

const filesOf = (files: Files): SourceFile[] => Object.entries(files).map(([path, text]) => sourceFile(path, text))

function assertBroken(rule: Rule<readonly SourceFile[]>, files: Files, place: string, saying: RegExp): void {
  const [finding, ...others] = rule(filesOf(files))
  assert.deepEqual(others, [])
  assert.equal(`${finding?.path}:${finding?.line}`, place)
  assert.match(finding?.sentence ?? '', saying)
}

function assertKept(rule: Rule<readonly SourceFile[]>, files: Files): void {
  assert.deepEqual(rule(filesOf(files)), [])
}

test('the table: down is allowed, up is not, also for types', () => {
  assertKept(outsideTheTable, { 'src/rooms/a.ts': "import type { A } from '#accounts/accounts.ts'" })
  assertBroken(
    outsideTheTable,
    { 'src/accounts/a.ts': "\nimport type { A } from '#rooms/rooms.ts'" },
    'src/accounts/a.ts:2',
    /accounts may not import rooms/,
  )
})

test('the table: the directions of federation are modules of their own', () => {
  assertKept(outsideTheTable, { 'src/rooms/a.ts': "import '#federation/transport/transport.ts'" })
  assertBroken(
    outsideTheTable,
    { 'src/rooms/a.ts': "import '#federation/inbound/inbound.ts'" },
    'src/rooms/a.ts:1',
    /federation\/inbound/,
  )
})

test('the table: the gateway never sees what is not in its row', () => {
  assertBroken(
    outsideTheTable,
    { 'src/gateway/a.ts': "import '#tenancy/tenancy.ts'" },
    'src/gateway/a.ts:1',
    /gateway may not import tenancy/,
  )
})

test('the table: a module without a row imports nothing', () => {
  assertBroken(
    outsideTheTable,
    { 'src/surprise/a.ts': "import '#protocol/json/json.ts'" },
    'src/surprise/a.ts:1',
    /has no row/,
  )
})

test('faces: a file behind the face is refused, in groups too; api and tests are free', () => {
  assertBroken(
    pastTheFace,
    { 'src/sync/a.ts': "import '#rooms/store/b.ts'" },
    'src/sync/a.ts:1',
    /src\/rooms\/rooms\.ts/,
  )
  assertBroken(
    pastTheFace,
    { 'src/protocol/a/a.ts': "import '../json/parse-json.ts'" },
    'src/protocol/a/a.ts:1',
    /protocol\/json\/json\.ts/,
  )
  assertKept(pastTheFace, {
    'src/endpoints/a.ts': "import '#api/client/sync.ts'",
    'src/rooms/a.ts': "import './store/b.ts'\nimport '#protocol/json/json.ts'",
    'src/rooms/a.test.ts': "import '#protocol/json/parse-json.ts'",
  })
})

test('dots do not lead into another module', () => {
  assertBroken(
    dotsAcrossModules,
    { 'src/rooms/a.ts': "import '../accounts/accounts.ts'" },
    'src/rooms/a.ts:1',
    /#accounts\/accounts\.ts/,
  )
  assertKept(dotsAcrossModules, { 'src/rooms/read/a.ts': "import '../store/b.ts'" })
  assertKept(dotsAcrossModules, {
    'src/federation/a.test.ts': "import './inbound/inbound.ts'\nimport './b-for-tests.ts'",
  })
})

test('the program has no files between a group and its modules', () => {
  const files = { 'src/federation/a.ts': "import '#federation/inbound/inbound.ts'" }
  assertBroken(outsideTheTable, files, 'src/federation/a.ts:1', /the module federation has no row/)
})

test('an import of a file that is not there is found', () => {
  assertBroken(
    missingFiles,
    { 'src/rooms/a.ts': "import './b.ts'" },
    'src/rooms/a.ts:1',
    /src\/rooms\/b\.ts is not there/,
  )
})

test('parts for tests stay out of the program', () => {
  assertBroken(
    testPartsInProgram,
    { 'src/rooms/a.ts': "import './b-for-tests.ts'" },
    'src/rooms/a.ts:1',
    /for tests only/,
  )
  assertKept(testPartsInProgram, {
    'src/rooms/a.test.ts': "import './b-for-tests.ts'",
    'src/rooms/test-c.ts': "import './b-for-tests.ts'",
  })
})

test('a package has one home, whichever part of it is imported', () => {
  assertBroken(
    packagesInTwoFolders,
    { 'src/api/a.ts': "import 'x'", 'src/rooms/b.ts': "import 'x/y'" },
    'src/rooms/b.ts:1',
    /belongs to src\/api/,
  )
  assertBroken(
    packagesInTwoFolders,
    { 'src/platform/a/a.ts': "import 'x'", 'src/platform/b/b.ts': "import 'x'" },
    'src/platform/b/b.ts:1',
    /src\/platform\/a/,
  )
  assertKept(packagesInTwoFolders, { 'src/platform/a/a.ts': "import 'x'", 'src/rooms/b.test.ts': "import 'x'" })
})

test('circles: two files, three files, types, itself', () => {
  const circlesOf = (files: Files) => findCircles(graphOfFiles(filesOf(files)))
  assert.deepEqual(circlesOf({ 'src/r/a.ts': "import './b.ts'", 'src/r/b.ts': "import type { A } from './a.ts'" }), [
    ['src/r/a.ts', 'src/r/b.ts', 'src/r/a.ts'],
  ])
  assert.equal(
    circlesOf({
      'src/r/a.ts': "import './b.ts'",
      'src/r/b.ts': "import './c.ts'",
      'src/r/c.ts': "export * from './a.ts'",
    }).length,
    1,
  )
  assert.deepEqual(circlesOf({ 'src/r/a.ts': "import './a.ts'" }), [['src/r/a.ts', 'src/r/a.ts']])
  assert.deepEqual(
    circlesOf({ 'src/r/a.ts': "import './b.ts'\nimport './c.ts'", 'src/r/b.ts': "import './c.ts'", 'src/r/c.ts': '' }),
    [],
  )
})

test('circles: each group of files is named once, and two groups are two', () => {
  const circles = findCircles(
    new Map([
      ['a', ['b']],
      ['b', ['a', 'c']],
      ['c', ['d']],
      ['d', ['c']],
    ]),
  )
  assert.deepEqual(circles, [
    ['a', 'b', 'a'],
    ['c', 'd', 'c'],
  ])
})

test('circles: a finding stands at the import that begins it', () => {
  const files = { 'src/r/a.ts': "\nimport './b.ts'", 'src/r/b.ts': "import './a.ts'" }
  assertBroken(circlesOfFiles, files, 'src/r/a.ts:2', /src\/r\/a\.ts → src\/r\/b\.ts → src\/r\/a\.ts/)
})

test('circles: modules, though no file is in one', () => {
  const files = filesOf({ 'src/protocol/a/a.ts': "import '../b/b.ts'", 'src/protocol/b/c.ts': "import '../a/d.ts'" })
  assert.deepEqual(findCircles(graphOfFiles(files)), [])
  assert.deepEqual(findCircles(graphOfModules(files)), [['protocol/a', 'protocol/b', 'protocol/a']])
  assert.deepEqual(
    circlesOfModules(files).map(({ path, line }) => `${path}:${line}`),
    ['src/protocol/a/a.ts:1'],
  )
})

test('enums, default exports and casts to any are found, their look-alikes are not', () => {
  assertBroken(enums, { 'src/a.ts': 'const enum Colour { red }' }, 'src/a.ts:1', /union/)
  assertKept(enums, { 'src/a.ts': "const schema = { enum: ['a'] }\nvalue.enum\n// enum A {" })
  assertBroken(defaultExports, { 'src/a.ts': 'const a = 1\nexport default a' }, 'src/a.ts:2', /by its name/)
  assertBroken(defaultExports, { 'src/a.ts': 'export { a as default }' }, 'src/a.ts:1', /by its name/)
  assertKept(defaultExports, {
    'src/a.ts': "import { default as a } from 'x'\nswitch (a) { default: }\nconst b = { default: 1 }",
  })
  assertBroken(castsToAny, { 'src/a.ts': 'const a = b as any' }, 'src/a.ts:1', /unknown/)
  assertKept(castsToAny, { 'src/a.ts': 'const a = has(any)\n// as any\nconst b = "as any"' })
})

test('a variable at the top level is found, one in a function is not', () => {
  assertBroken(changingModules, { 'src/a.ts': 'let count = 0' }, 'src/a.ts:1', /mutable/)
  assertBroken(changingModules, { 'src/a.ts': 'export let count = 0' }, 'src/a.ts:1', /mutable/)
  assertKept(changingModules, {
    'src/a.ts': 'function f() { let a = 1; return `${a}` }\nfor (let i = 0; i < 1; i += 1) {}',
  })
})

test('statements, names and openings', () => {
  const statement = "import { statement } from '#platform/database/database.ts'"
  assertBroken(statementsOutsideStores, { 'src/rooms/a.ts': statement }, 'src/rooms/a.ts:1', /store/)
  assertKept(statementsOutsideStores, { 'src/rooms/store/a.ts': statement })
  assertBroken(namesThatSayNothing, { 'src/rooms/utils.ts': '' }, 'src/rooms/utils.ts:1', /what it does/)
  assertKept(namesThatSayNothing, { 'src/rooms/common-rooms.ts': '' })
  assertBroken(filesWithoutOpening, { 'src/rooms/a.ts': 'export const a = 1' }, 'src/rooms/a.ts:1', /says what it is/)
  assertKept(filesWithoutOpening, {
    'src/rooms/a.ts': '#!/usr/bin/env node\n// Starts.',
    'src/rooms/b.ts': '/** Types. */',
  })
})

test('packages: unused, undeclared, and a development package in the program', () => {
  const files = filesOf({ 'src/rooms/a.ts': "import 'used'\nimport 'for-development'\nimport 'unknown'" })
  const lists = { dependencies: ['used', 'idle'], devDependencies: ['for-development'] }
  assert.deepEqual(
    unusedPackages(files, lists).map((finding) => finding.sentence),
    ['nothing imports idle: npm uninstall idle.'],
  )
  assert.deepEqual(
    undeclaredPackages(files, lists).map((finding) => finding.line),
    [2, 3],
  )
})
