// Tells what the user can do here.
// spec: client-server-api, GET /_matrix/client/v3/capabilities

import { getCapabilities } from '#api/client/get-capabilities.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetCapabilities = handler(getCapabilities, ({ accounts }: WithAccounts) => ({ session }) => ({
  capabilities: accounts.capabilities(session),
}))
