// Program: the load generator. Gets one plan from its parent, drives it, and tells the figures.

import { createHistogram } from 'node:perf_hooks'
import { HttpConnection } from './http-connection.ts'
import type { LoadNews, LoadPlan, LoadResult } from './load-plan.ts'
import { sendRequests } from './send-request.ts'

process.once('message', (plan: LoadPlan) => {
  drive(plan)
    .catch((error: unknown) => tell({ kind: 'failed', reason: String(error) }))
    .finally(() => process.disconnect())
})

async function drive(plan: LoadPlan): Promise<void> {
  const senders = plan.targets.map((target) => sendRequests(target, plan.host))
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, () => HttpConnection.open(plan.address)),
  )
  const latency = createHistogram()
  const refused: Record<string, number> = {}
  let firstRefusal: string | undefined
  let [sent, events, counting, going] = [0, 0, false, true]

  const keepSending = async (connection: HttpConnection): Promise<void> => {
    while (going) {
      const number = sent++
      const request = senders[number % senders.length]?.(`${plan.prefix}.${number}`) ?? ''
      const before = process.hrtime.bigint()
      const { status, body } = await connection.ask(request)
      if (!counting) continue
      if (status === 200) {
        events += 1
        latency.record(process.hrtime.bigint() - before)
      } else {
        refused[status] = (refused[status] ?? 0) + 1
        firstRefusal ??= body.toString('utf8').slice(0, 500)
      }
    }
  }

  const all = Promise.all(connections.map(keepSending))
  await Promise.race([pause(plan.warmUp), all])
  counting = true
  const start = performance.now()
  await tell({ kind: 'measuring' })
  await Promise.race([pause(plan.duration), all])
  counting = false
  const seconds = (performance.now() - start) / 1000
  const result: LoadResult = {
    events,
    perSecond: events / seconds,
    p50: latency.percentile(50) / 1e6,
    p99: latency.percentile(99) / 1e6,
    refused,
    firstRefusal,
  }
  await tell({ kind: 'measured', result })
  going = false
  await all
  for (const connection of connections) connection.close()
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

function tell(news: LoadNews): Promise<void> {
  return new Promise((resolve) => process.send?.(news, undefined, undefined, () => resolve()))
}
