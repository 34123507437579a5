// What the handlers of typing, receipts and presence need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { Ephemeral } from '#ephemeral/ephemeral.ts'

export interface WithEphemeral {
  readonly ephemeral: Ephemeral
}
