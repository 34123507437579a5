// Who imports whom as a graph, by file and by module. Tests are left out: nothing of the program imports them.
// spec: docs/architecture.md §3

import { findCircles, type Graph } from './circles.ts'
import type { Finding } from './finding.ts'
import { moduleOf } from './modules.ts'
import { importedPath, isForTests, type SourceFile } from './sources.ts'

/** Files that import each other in a circle: each circle once, at the import that begins it. */
export function circlesOfFiles(files: readonly SourceFile[]): Finding[] {
  return findCircles(graphOfFiles(files)).map((circle) => findingOf(circle, files, (path) => path))
}

/** Modules that do, though perhaps no two files of theirs. */
export function circlesOfModules(files: readonly SourceFile[]): Finding[] {
  return findCircles(graphOfModules(files)).map((circle) => findingOf(circle, files, moduleOf))
}

function findingOf(circle: readonly string[], files: readonly SourceFile[], nameOf: (path: string) => string): Finding {
  const [from, to] = circle
  const sentence = `a circle of imports: ${circle.join(' → ')}. Move what both need into a file below them.`
  for (const file of files) {
    if (nameOf(file.path) !== from || isForTests(file.path)) continue
    const read = file.imports.find(({ specifier }) => nameOf(importedPath(file.path, specifier) ?? '') === to)
    if (read) return { path: file.path, line: read.line, sentence }
  }
  return { path: from ?? '', line: 1, sentence }
}

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
