// What the handlers of end-to-end encryption need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { E2ee } from '#e2ee/e2ee.ts'

export interface WithE2ee {
  readonly e2ee: E2ee
}
