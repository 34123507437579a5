// A Python with the peer's server in it: the one that is given, or one of our own making from the package index.

import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The version that the decisions and the decided differences were made against. */
const PACKAGES = ['matrix-synapse==1.163.2', 'psycopg2-binary==2.9.13']
/** A first download over a slow line. */
const LONGEST_INSTALLATION = 15 * 60_000

/** The interpreter of the environment in `folder`, which is made and filled if it is not there. */
export async function pythonWithSynapse(folder: string): Promise<string> {
  const python = path.join(folder, 'bin/python')
  if (await isThere(python)) return python
  console.log(`Installing ${PACKAGES.join(' and ')} in ${folder}.`)
  await run('python3', ['-m', 'venv', folder])
  await run(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { timeout: LONGEST_INSTALLATION })
  return python
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
