// The operations that the process serves, in a fixed order, each once.

import type { Endpoint } from '#api/endpoint.ts'
import { allHandlers } from '#endpoints/endpoints.ts'

export const servedEndpoints = (): readonly Endpoint[] => allHandlers.map(({ endpoint }) => endpoint)
