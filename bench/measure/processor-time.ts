// CPU time and memory of processes, from the kernel's counters. One tick is 10 ms.
// spec: proc(5), /proc/[pid]/stat and /proc/[pid]/status

import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of one tick (USER_HZ is 100 on every Linux that we run on). */
const TICK = 10_000

/** CPU of one process and all its threads, in microseconds; 0 when it is gone. */
export function processTime(pid: number): number {
  const fields = statOf(pid)
  return fields === undefined ? 0 : (number(fields, 11) + number(fields, 12)) * TICK
}

/** CPU of a server and its children in microseconds, ended children among them (the kernel adds them to the parent that waited). */
export function treeTime(root: number): number {
  const fields = statOf(root)
  if (fields === undefined) return 0
  let ticks = number(fields, 11) + number(fields, 12) + number(fields, 13) + number(fields, 14)
  for (const pid of childrenOf(root)) {
    const child = statOf(pid)
    if (child) ticks += number(child, 11) + number(child, 12)
  }
  return ticks * TICK
}

/** Resident memory of a process in bytes; 0 when it is gone. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes ?? 0) * 1024
}

/** Microseconds, since the machine started, in which its host gave our processors to others. */
export function stolenTime(): number {
  const fields = read('/proc/stat').split('\n')[0]?.trim().split(/\s+/)
  return Number(fields?.[8] ?? 0) * TICK
}

function childrenOf(root: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => number(statOf(pid) ?? [], 1) === root)
}

/** The fields after the name, which may hold spaces: [0] is the state, [1] the parent, [11]–[14] user, system, and the children's. */
function statOf(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`)
  return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

const number = (fields: readonly string[], index: number): number => Number(fields[index] ?? 0)

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
