// Randomness as an argument. Face of the folder.

export type { Random } from './random-contract.ts'
export { seededRandom } from './seeded-random.ts'
export { systemRandom } from './system-random.ts'
