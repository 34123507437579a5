// What the handlers of content need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { Media } from '#media/media.ts'

export interface WithMedia {
  readonly media: Media
}
