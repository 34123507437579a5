// Program: frees what a server holds outside of its folder. Also for folders that never ran, and again and again.
//   node destroy.ts ROOT          PGHOST and PGUSER from the environment

import path from 'node:path'
import { end, removeSocketFolder } from './embedded-leftovers.ts'
import { dropDatabase, scratchServer } from './scratch-database.ts'

const root = path.resolve(process.argv[2] ?? '.')
const scratch = scratchServer(process.env)

await end(root)
removeSocketFolder(root)
if (scratch) await dropDatabase(scratch, root)
