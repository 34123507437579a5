// What the handlers of reports need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { Moderation } from '#moderation/moderation.ts'

export interface WithModeration {
  readonly moderation: Moderation
}
