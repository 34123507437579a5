// Who imports whom as a graph, by file and by module. Tests are left out: nothing of the program imports them.
// spec: docs/architecture.md, "Who may import whom"

import type { Graph } from './circles.ts'
import { moduleOf } from './modules.ts'
import { importedPath, isForTests, type SourceFile } from './sources.ts'

export function graphOfFiles(files: readonly SourceFile[]): Graph {
  return graphBy((path) => path, files)
}

/** A module that imports its own files is no circle. */
export function graphOfModules(files: readonly SourceFile[]): Graph {
  return graphBy(moduleOf, files)
}

function graphBy(nameOf: (path: string) => string, files: readonly SourceFile[]): Graph {
  const graph = new Map<string, string[]>()
  for (const file of files.filter((each) => !isForTests(each.path))) {
    const from = nameOf(file.path)
    const targets = graph.get(from) ?? []
    for (const read of file.imports) {
      const target = importedPath(file.path, read.specifier)
      if (target?.startsWith('src/') && (target === file.path || nameOf(target) !== from)) targets.push(nameOf(target))
    }
    graph.set(from, targets)
  }
  return graph
}
