// Confirms an address, by the button on the page of a mailed link.
// spec: none; docs/decisions/0034

import { confirmEmail } from '#api/client/confirm-email.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { badLinkPage, donePage } from './email-page.ts'

export const handleConfirmEmail = handler(
  confirmEmail,
  ({ accounts }: WithAccounts) =>
    async ({ query: { sid = '', token = '' } }) => {
      const link = await accounts.emailProofs.confirm(sid, token)
      return link === undefined ? badLinkPage() : donePage(link.address, link.nextLink)
    },
)
