// The rules about package.json: nothing is installed that nobody uses, nothing is used that is not installed.
// spec: CONTRIBUTING.md, "A dependency needs a reason"

import type { Finding } from './finding.ts'
import { isForTests, packageName, type SourceFile } from './sources.ts'

export type PackageLists = { readonly dependencies: readonly string[]; readonly devDependencies: readonly string[] }

/** Started as programs or read by other tools, never imported; the reason beside each. */
const NOT_IMPORTED = new Set([
  '@biomejs/biome', // `npm run check`
  '@types/node', // types of the runtime
  '@types/pg', // types of pg
  'typescript', // `npm run check`
])

export function unusedPackages(files: readonly SourceFile[], lists: PackageLists): Finding[] {
  const used = new Set(
    files.flatMap((file) =>
      file.tokens.filter((token) => token.kind === 'string').map((token) => packageName(token.text)),
    ),
  )
  return [...lists.dependencies, ...lists.devDependencies]
    .filter((name) => !NOT_IMPORTED.has(name) && !used.has(name))
    .map((name) => ({ path: 'package.json', line: 1, sentence: `nothing imports ${name}: npm uninstall ${name}.` }))
}

export function undeclaredPackages(files: readonly SourceFile[], lists: PackageLists): Finding[] {
  return files.flatMap((file) => {
    const forTests = isForTests(file.path) || !file.path.startsWith('src/')
    const declared = forTests ? [...lists.dependencies, ...lists.devDependencies] : lists.dependencies
    return file.imports.flatMap((read) => {
      const name = packageName(read.specifier)
      if (name === undefined || declared.includes(name)) return []
      return [
        {
          path: file.path,
          line: read.line,
          sentence: `${name} is not in package.json's dependencies${forTests ? '' : ' (the program cannot use development packages)'}.`,
        },
      ]
    })
  })
}
