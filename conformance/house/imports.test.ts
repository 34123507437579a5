import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readImports } from './imports.ts'
import { importedPath, isForTests, packageName } from './sources.ts'
import { readTokens } from './tokens.ts'

const specifiers = (source: string) => readImports(readTokens(source)).map((read) => read.specifier)

test('every way to import is found', () => {
  const ways = {
    "import { a, b as c } from 'x'": 'x',
    "import type { A } from 'x'": 'x',
    "import { type A, b } from 'x'": 'x',
    "import\n{\n  a,\n}\nfrom\n'x'": 'x',
    "import whole from 'x'": 'x',
    "import whole, { a } from 'x'": 'x',
    "import * as all from 'x'": 'x',
    "import 'x'": 'x',
    "const a = await import('x')": 'x',
    "type A = import('x').A": 'x',
    "type A = typeof import('x')": 'x',
    "export { a } from 'x'": 'x',
    "export * from 'x'": 'x',
    "export * as all from 'x'": 'x',
    "export type { A } from 'x'": 'x',
    "export type * from 'x'": 'x',
    "import data from 'x' with { type: 'json' }": 'x',
    "import { from } from 'x'": 'x',
    "import { type } from 'x'": 'x',
  }
  for (const [source, specifier] of Object.entries(ways)) assert.deepEqual(specifiers(source), [specifier], source)
})

test('what only looks like an import is none', () => {
  const others = [
    "// import { a } from 'x'",
    "/* import 'x' */",
    'const text = "import { a } from \'x\'"',
    "const text = `import { a } from 'x'`",
    "const text = `${`import 'x'`} import 'x'`",
    "const pattern = /import 'x'/",
    "const half = (a) / 2 // import 'x' /",
    "loader.import('x')",
    'import.meta.url',
    'const path = new URL(import.meta.url)',
    "export { a }\nconst b = from('x')",
    "export { a, b }\nArray.from('x')",
    "export const from = 'x'",
  ]
  for (const source of others) assert.deepEqual(specifiers(source), [], source)
})

test('code inside a template is read', () => {
  assert.deepEqual(specifiers("const text = `a ${await import('x')} b` + '`'\nimport 'y'"), ['x', 'y'])
})

test('a regular expression with quotes and slashes hides nothing that follows', () => {
  assert.deepEqual(specifiers("const a = /[/'\"`]/.test(b)\nimport 'x'"), ['x'])
})

test('an import knows its line and its names', () => {
  const [read] = readImports(readTokens("\n/* two\nlines */\nimport { type A, b as c } from 'x'"))
  assert.deepEqual(read, { specifier: 'x', line: 4, names: ['A', 'b'] })
})

test('a specifier is one of our files, a part of Node, or a package', () => {
  assert.equal(importedPath('src/rooms/store/a.ts', '../room/b.ts'), 'src/rooms/room/b.ts')
  assert.equal(importedPath('src/rooms/a.ts', '#protocol/json/json.ts'), 'src/protocol/json/json.ts')
  assert.equal(importedPath('src/rooms/a.ts', 'node:fs'), undefined)
  assert.equal(packageName('node:fs'), undefined)
  assert.equal(packageName('typebox/compile'), 'typebox')
  assert.equal(packageName('@node-rs/argon2/x'), '@node-rs/argon2')
  assert.equal(packageName('#rooms/rooms.ts'), undefined)
})

test('files for tests are known by their name', () => {
  for (const path of [
    'src/a/a.test.ts',
    'src/a/room-for-tests.ts',
    'src/a/test-database.ts',
    'src/a/b-for-tests/c.ts',
  ]) {
    assert.equal(isForTests(path), true, path)
  }
  for (const path of ['src/a/latest.ts', 'src/a/contest-rules.ts', 'src/a/attest.ts'])
    assert.equal(isForTests(path), false, path)
})
