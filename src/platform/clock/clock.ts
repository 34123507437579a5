// Time as an argument. Face of the folder.

export type { Clock, Milliseconds, Timer } from './clock-contract.ts'
export { FakeClock } from './fake-clock.ts'
export { systemClock } from './system-clock.ts'
