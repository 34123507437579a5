// What the handlers of push rules, pushers and notifications need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { Push } from '#push/push.ts'

export interface WithPush {
  readonly push: Push
}
