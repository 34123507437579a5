// Bounds for everything that could grow: rates, caches, queues, work at once. Face of the folder, and the only one that imports `lru-cache`.

export { BoundedCache, type BoundedCacheOptions } from './bounded-cache.ts'
export { BoundedQueue } from './bounded-queue.ts'
export { FairSemaphore, type FairSemaphoreOptions, Overloaded } from './fair-semaphore.ts'
export { type Rate, RateLimiter, type RateLimiterOptions } from './rate-limiter.ts'
