// What the handlers of accounts need of a tenant.
// spec: docs/architecture.md (endpoints)

import type { Accounts } from '#accounts/accounts.ts'

export interface WithAccounts {
  readonly accounts: Accounts
}
