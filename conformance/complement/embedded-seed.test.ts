import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { startEmbedded } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import { copySeed } from './embedded-seed.ts'

const silent = logTo({ write() {} }, 'silent')

function aFolder(t: { after(act: () => void): void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-seed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('servers that start at once share one seed, and each gets a database that runs', async (t) => {
  const folder = aFolder(t)
  const cache = path.join(folder, 'cache')
  mkdirSync(cache)
  const data = ['one', 'two'].map((name) => path.join(folder, name))
  await Promise.all(data.map((place) => copySeed(cache, place)))
  assert.equal(readdirSync(cache).length, 1, 'no draft is left')
  for (const place of data) {
    assert.deepEqual(readdirSync(path.join(place, 'postgres')).sort(), ['cluster', 'password'])
    const database = await startEmbedded({ dataFolder: place, clock: systemClock(), log: silent })
    await database.stop()
  }
})

test('a data folder that is there is left alone', async (t) => {
  const folder = aFolder(t)
  await copySeed(path.join(folder, 'cache'), folder)
  assert.deepEqual(readdirSync(folder), [])
})

test('where there is no room for a seed nothing is left, and the server makes its own database', async (t) => {
  const folder = aFolder(t)
  const cache = path.join(folder, 'cache')
  writeFileSync(cache, 'a file, where a folder should be')
  const data = path.join(folder, 'data')
  await copySeed(cache, data)
  assert.equal(existsSync(data), false)
  assert.equal(existsSync(`${data}.new`), false)
})
