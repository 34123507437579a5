// Holds the house to its rules: the table of imports, faces, circles, packages, forms of code that we do not write.
// spec: docs/architecture.md §3; CONTRIBUTING.md

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Finding, inWords } from './finding.ts'
import { circlesOfFiles, circlesOfModules } from './graphs.ts'
import {
  dotsAcrossModules,
  missingFiles,
  outsideTheTable,
  packagesInTwoFolders,
  pastTheFace,
  testPartsInProgram,
} from './import-rules.ts'
import { mayImport } from './modules.ts'
import { undeclaredPackages, unusedPackages } from './package-rules.ts'
import { projectFolder, readSources } from './sources.ts'
import {
  castsToAny,
  changingModules,
  defaultExports,
  enums,
  filesWithoutOpening,
  namesThatSayNothing,
  statementsOutsideStores,
} from './writing-rules.ts'

const program = readSources('src')
const everything = [...program, ...['conformance', 'scripts', 'bench'].flatMap(readSources)]

function assertNone(findings: readonly Finding[]): void {
  assert.ok(findings.length === 0, `\n${findings.map(inWords).join('\n')}`)
}

test('the reader finds the files of the program', () => {
  assert.ok(
    program.length > 300,
    `only ${program.length} files below src: the other tests of the house would prove nothing`,
  )
  assert.ok(program.flatMap((file) => file.imports).length > 1000)
})

test('a module imports only what the table gives it', () => assertNone(outsideTheTable(program)))

test('a module is entered by its face', () => assertNone(pastTheFace(program)))

test('another module is named by its alias, not by dots', () => assertNone(dotsAcrossModules(program)))

test('what is imported is there', () => assertNone(missingFiles(program)))

test('the program imports nothing that is made for tests', () => assertNone(testPartsInProgram(program)))

test('no files import each other in a circle', () => assertNone(circlesOfFiles(program)))

test('no modules import each other in a circle', () => assertNone(circlesOfModules(program)))

test('an npm package is imported from one folder', () => assertNone(packagesInTwoFolders(program)))

test('package.json lists what is imported and nothing else', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'))
  const lists = { dependencies: Object.keys(dependencies), devDependencies: Object.keys(devDependencies) }
  assertNone([...undeclaredPackages(everything, lists), ...unusedPackages(everything, lists)])
})

test('there are no enums', () => assertNone(enums(everything)))

test('there are no default exports', () => assertNone(defaultExports(everything)))

test('nothing is cast to any', () => assertNone(castsToAny(everything)))

test('no module of the program holds a variable', () => assertNone(changingModules(program)))

test('SQL statements live in stores', () => assertNone(statementsOutsideStores(program)))

test('files are named by what they do', () => assertNone(namesThatSayNothing(everything)))

test('files open with what they are', () => assertNone(filesWithoutOpening(everything)))

test('a migration names the module that owns it and has a number of its own', () => {
  const names = readdirSync(join(projectFolder, 'migrations')).filter((name) => name.endsWith('.sql'))
  assert.ok(names.length > 0)
  for (const name of names) {
    assert.match(name, /^\d{4}-[a-z0-9-]+\.sql$/)
    const owner = /^-- owner: (\S+)\n/.exec(readFileSync(join(projectFolder, 'migrations', name), 'utf8'))?.[1] ?? ''
    assert.ok(
      mayImport.has(owner),
      `migrations/${name}:1: begin with "-- owner: <module>" and name a module of the table.`,
    )
  }
  assert.equal(new Set(names.map((name) => name.slice(0, 4))).size, names.length, 'two migrations have the same number')
})

test('the table of the architecture page is the table that is enforced', () => {
  const page = readFileSync(join(projectFolder, 'docs/architecture.md'), 'utf8')
  const section = page.slice(page.indexOf('## 3. Who may import whom'))
  const rows = [...section.slice(0, section.indexOf('\n## ', 5)).matchAll(/^\| `([^|]*)` \| ([^|]*) \|$/gm)]
  const inPage = new Map(
    rows.map(([, module = '', allowed = '']) => [
      module,
      [...allowed.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).sort(),
    ]),
  )
  const inCode = new Map([...mayImport].map(([module, allowed]) => [module, [...allowed].sort()]))
  assert.deepEqual(Object.fromEntries(inPage), Object.fromEntries(inCode))
})
