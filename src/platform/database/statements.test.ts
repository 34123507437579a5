// Every statement, writer and guard of the program is one that PostgreSQL takes, on a schema with all migrations; and each name is used once.
// spec: docs/conventions (SQL lives in a module's store)

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { testDatabase } from './test-database.ts'

const source = path.join(import.meta.dirname, '../..')
/** Modules whose tables are in the schema that all tenants share. */
const shared = ['tenancy', 'registry']

interface SqlText {
  readonly name: string
  readonly text: string
  readonly file: string
}

const storeFiles = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /(^|\/)store\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
  .sort()

function isSqlText(value: unknown): value is { name: string; text: string } {
  if (typeof value !== 'object' || value === null || !('name' in value && 'text' in value)) return false
  return typeof value.name === 'string' && typeof value.text === 'string'
}

async function textsOf(file: string): Promise<SqlText[]> {
  const module: Record<string, unknown> = await import(pathToFileURL(path.join(source, file)).href)
  return Object.values(module)
    .filter(isSqlText)
    .map(({ name, text }) => ({ name, text, file }))
}

const texts = (await Promise.all(storeFiles.map(textsOf))).flat()

test('every statement of every store is exported, so that it is tested here', () => {
  for (const file of storeFiles) {
    const written = readFileSync(path.join(source, file), 'utf8').match(/\bstatement\s*[<(]/g)?.length ?? 0
    const imported = texts.filter((text) => text.file === file).length
    // The word in the import line has no bracket behind it, so it is not counted.
    assert.ok(imported >= written, `${file} defines ${written} statements and exports ${imported}`)
  }
})

test('every name is used once, has its module in front and fits into 63 bytes', () => {
  const seen = new Map<string, string>()
  for (const { name, file } of texts) {
    assert.equal(seen.get(name), undefined, `${name} is in ${seen.get(name)} and in ${file}`)
    assert.match(name, /^[a-z0-9-]+\.[a-z0-9_]+$/, file)
    assert.ok(name.length <= 63, name)
    seen.set(name, file)
  }
})

test('no text names a schema: the connection says whose tables they are', () => {
  for (const { name, text } of texts) assert.doesNotMatch(text, /\b(samband|tenant|t_\d+)\.[a-z]/, name)
})

test('PostgreSQL can prepare every statement, writer and guard', async (t) => {
  const { connections } = await testDatabase(t)
  await connections.session(async (session) => {
    for (const [index, { name, text, file }] of texts.entries()) {
      const schema = shared.includes(file.split('/')[0] ?? '') ? 'samband' : 'tenant'
      const prepared = session.run(`set search_path to ${schema}; prepare checked_${index} as ${text}`)
      await assert.doesNotReject(prepared, `${name} in ${file}`)
    }
  })
  assert.ok(texts.length > 10)
})
