import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = mkdtempSync(join(tmpdir(), 'samband bin '))
after(() => rmSync(folder, { recursive: true }))

const program = fileURLToPath(new URL('../../bin/samband', import.meta.url))

/** A project folder with the real program, and a Node that tells how it was called. */
function aProject(name: string, node: string | undefined): string {
  const project = join(folder, name)
  mkdirSync(join(project, 'bin'), { recursive: true })
  cpSync(program, join(project, 'bin', 'samband'))
  if (node === undefined) return project
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true })
  writeFileSync(join(project, 'node_modules', '.bin', 'node'), `#!/bin/sh\n${node}\n`)
  chmodSync(join(project, 'node_modules', '.bin', 'node'), 0o755)
  return project
}

function run(file: string, args: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    execFile(file, args, (failure, out, error) => {
      resolve({ code: typeof failure?.code === 'number' ? failure.code : 0, out, error })
    })
  })
}

test('the project’s own Node is found, also through links, and gets the arguments as they are', async () => {
  const project = aProject('a b', `printf '%s\\n' "$@"`)
  symlinkSync(join(project, 'bin', 'samband'), join(folder, 'absolute'))
  symlinkSync('absolute', join(folder, 'relative'))
  for (const file of [join(project, 'bin', 'samband'), join(folder, 'absolute'), join(folder, 'relative')]) {
    const { out } = await run(file, ['user', 'create', 'å b', '', '--x=*'])
    assert.equal(out, `${project}/src/main/samband.ts\nuser\ncreate\nå b\n\n--x=*\n`)
  }
})

test('before npm ci it says what to do', async () => {
  const project = aProject('bare', undefined)
  const { code, error } = await run(join(project, 'bin', 'samband'), ['serve'])
  assert.equal(code, 1)
  assert.match(error, /Run 'npm ci' in .*bare/)
})

test('the program takes the place of the shell: signals reach the server itself', async () => {
  const project = aProject('signals', 'echo $$; exec sleep 30')
  const child = spawn(join(project, 'bin', 'samband'), ['serve'])
  const pid = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  )
  assert.equal(pid, String(child.pid))
  child.kill('SIGTERM')
  const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
  assert.equal(signal, 'SIGTERM')
})
