// Program: copies a stopped server into an empty folder: the same name, keys, people and rooms.
//   node clone.ts SRC DST         PGHOST and PGUSER from the environment

import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { copyData } from './copy-data.ts'
import { untilEnded } from './embedded-leftovers.ts'
import { copyDatabase, scratchServer } from './scratch-database.ts'
import { dataFolder } from './settings.ts'

const [source, destination] = process.argv.slice(2).map((folder) => path.resolve(folder))
if (source === undefined || destination === undefined) throw new Error('clone.ts wants SRC and DST.')
const scratch = scratchServer(process.env)

mkdirSync(destination, { recursive: true })
if (!scratch) await untilEnded(source)
if (existsSync(dataFolder(source))) copyData(dataFolder(source), dataFolder(destination))
if (scratch) await copyDatabase(scratch, source, destination)
