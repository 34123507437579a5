// Runs the load generator as a process of its own and tells when the time that counts begins and ends.

import { fork } from 'node:child_process'
import path from 'node:path'
import type { LoadNews, LoadPlan, LoadResult } from './load-plan.ts'

export interface LoadMoments {
  /** Called with the load generator's process number when the time counted begins, and when it ends. */
  begun(loadPid: number): void
  ended(loadPid: number): void
}

/** Drives a plan. Rejects when the load generator fails, with what it says. */
export function runLoad(plan: LoadPlan, moments: LoadMoments): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, 'load-program.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const pid = child.pid ?? 0
    let result: LoadResult | undefined
    child.on('message', (news: LoadNews) => {
      if (news.kind === 'measuring') moments.begun(pid)
      if (news.kind === 'failed') reject(new Error(`The load generator failed: ${news.reason}`))
      if (news.kind === 'measured') {
        moments.ended(pid)
        result = news.result
      }
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (result) resolve(result)
      else reject(new Error(`The load generator ended early, with code ${code}.`))
    })
    child.send(plan)
  })
}
