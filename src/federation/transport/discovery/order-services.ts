// The order in which SRV records are tried: lowest priority first, within one priority drawn by weight.
// spec: RFC 2782 (usage rules)

import type { Random } from '#platform/random/random.ts'
import type { Service } from './dns.ts'

/** Records tried at most: each may cost a look-up and a connection attempt. */
const MAX_SERVICES = 8

/** A target of `.` says that the service is not offered at all: it is left out. */
export function orderServices(services: readonly Service[], random: Random): Service[] {
  const offered = services.filter((service) => service.name !== '' && service.name !== '.')
  const priorities = [...new Set(offered.map((service) => service.priority))].sort((a, b) => a - b)
  return priorities
    .flatMap((priority) =>
      drawByWeight(
        offered.filter((service) => service.priority === priority),
        random,
      ),
    )
    .slice(0, MAX_SERVICES)
}

function drawByWeight(services: readonly Service[], random: Random): Service[] {
  // Weight 0 first, so that it is drawn only by a draw of exactly 0.
  const left = [...services].sort((a, b) => a.weight - b.weight)
  const drawn: Service[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, service) => sum + service.weight, 0)
    const point = Math.floor(random.fraction() * (total + 1))
    let sum = 0
    const index = left.findIndex((service) => {
      sum += service.weight
      return sum >= point
    })
    drawn.push(...left.splice(index, 1))
  }
  return drawn
}
