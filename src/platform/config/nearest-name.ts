// The name that was probably meant.

/** @returns the valid name with the fewest edits, if they are few enough for a slip. */
export function nearestName(written: string, valid: readonly string[]): string | undefined {
  let nearest: string | undefined
  // A third of the letters may be wrong, two at least: beyond that, a guess misleads more than it helps.
  let fewest = Math.max(2, Math.floor(written.length / 3)) + 1
  for (const name of valid) {
    const edits = name.includes(written) || written.includes(name) ? 1 : editDistance(written, name)
    if (edits < fewest) {
      nearest = name
      fewest = edits
    }
  }
  return nearest
}

/** Insertions, deletions, replacements and swaps of neighbours that make one of the other (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
