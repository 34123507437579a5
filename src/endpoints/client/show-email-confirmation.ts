// Shows the page of a mailed link.
// spec: none; docs/decisions/0034

import { showEmailConfirmation } from '#api/client/show-email-confirmation.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { askPage, badLinkPage } from './email-page.ts'

export const handleShowEmailConfirmation = handler(
  showEmailConfirmation,
  ({ accounts }: WithAccounts) =>
    async ({ query: { sid = '', token = '' } }) => {
      const link = await accounts.emailProofs.look(sid, token)
      return link === undefined ? badLinkPage() : askPage(link.address)
    },
)
