// The rules about imports: the table, faces, what is only for tests, packages.
// spec: docs/architecture.md §3

import type { Finding } from './finding.ts'
import type { Import } from './imports.ts'
import { faceOf, moduleOf, tableAllows } from './modules.ts'
import { importedPath, isForTests, packageName, type SourceFile } from './sources.ts'

type Edge = { readonly file: SourceFile; readonly read: Import; readonly target: string }

/** A module imports only modules that the table gives it. Tests are held to the table too, but may stand a module's tests on any face below `main`. */
export function outsideTheTable(files: readonly SourceFile[]): Finding[] {
  return edgesOf(files).flatMap(({ file, read, target }) => {
    const [from, to] = [moduleOf(file.path), moduleOf(target)]
    if (from === to || isForTests(file.path)) return []
    const allowed = tableAllows(from, to)
    if (allowed) return []
    return [
      finding(
        file,
        read,
        allowed === undefined
          ? `the module ${from} has no row in the table: add one to docs/architecture.md and conformance/house/modules.ts.`
          : `${from} may not import ${to}. Calls go down and facts come up: move what both need lower, or follow the stream.`,
      ),
    ]
  })
}

/** Another module is entered by the file that bears its name. `api` is data, imported file by file; tests may look inside. */
export function pastTheFace(files: readonly SourceFile[]): Finding[] {
  return edgesOf(files).flatMap(({ file, read, target }) => {
    const to = moduleOf(target)
    if (moduleOf(file.path) === to || to === 'api' || target === faceOf(to) || isForTests(file.path)) return []
    return [finding(file, read, `import ${faceOf(to)} instead of ${target}: other modules see only the face.`)]
  })
}

/** What is made for tests stays in tests. */
export function testPartsInProgram(files: readonly SourceFile[]): Finding[] {
  return edgesOf(files).flatMap(({ file, read, target }) =>
    isForTests(target) && !isForTests(file.path)
      ? [finding(file, read, `${target} is for tests only; the program must not import it.`)]
      : [],
  )
}

/** Every import of ours names a file that is there, with its ending, so that it runs without a build. */
export function missingFiles(files: readonly SourceFile[]): Finding[] {
  const known = new Set(files.map((file) => file.path))
  return edgesOf(files).flatMap(({ file, read, target }) =>
    target.startsWith('src/') && target.endsWith('.ts') && !known.has(target)
      ? [finding(file, read, `${target} is not there.`)]
      : [],
  )
}

/** Modules are named from outside by their alias, so that a move of one file changes no path of dots elsewhere. */
export function dotsAcrossModules(files: readonly SourceFile[]): Finding[] {
  return edgesOf(files).flatMap(({ file, read, target }) =>
    read.specifier.startsWith('../') && moduleOf(file.path) !== moduleOf(target) && !isForTests(file.path)
      ? [finding(file, read, `write #${target.slice('src/'.length)} instead of a path of dots into another module.`)]
      : [],
  )
}

/** An npm package has one folder that knows it, so that it can be replaced there. Tests and what they use are left out. */
export function packagesInTwoFolders(files: readonly SourceFile[]): Finding[] {
  const homes = new Map<string, string>()
  return files.flatMap((file) => {
    if (isForTests(file.path)) return []
    return file.imports.flatMap((read) => {
      const name = packageName(read.specifier)
      if (name === undefined) return []
      const folder = packageFolderOf(file.path)
      const home = homes.get(name) ?? folder
      homes.set(name, home)
      return home === folder
        ? []
        : [
            finding(
              file,
              read,
              `the package ${name} belongs to ${home}: ask that module, do not import it from ${folder}.`,
            ),
          ]
    })
  })
}

/** `src/platform/log`, `src/federation/transport`, `src/api`: where a package lives. */
function packageFolderOf(path: string): string {
  return `src/${moduleOf(path)}`
}

function edgesOf(files: readonly SourceFile[]): Edge[] {
  return files.flatMap((file) =>
    file.imports.flatMap((read) => {
      const target = importedPath(file.path, read.specifier)
      return target?.startsWith('src/') ? [{ file, read, target }] : []
    }),
  )
}

function finding(file: SourceFile, read: Import, sentence: string): Finding {
  return { path: file.path, line: read.line, sentence }
}
