// What sync asks of other modules: the few methods of each that it reads with. What is left out is not in the answer.
// spec: client-server-api #syncing, modules/send_to_device.md, end_to_end_encryption.md, receipts.md, typing_notifications.md, presence.md

import type { Accounts } from '#accounts/accounts.ts'
import type { E2ee } from '#e2ee/e2ee.ts'
import type { Presence, Receipts, Typing } from '#ephemeral/ephemeral.ts'
import type { Push } from '#push/push.ts'

/** Account data, ignored users, stored filters. Facts: `account-data`, with the user. */
export type AccountSource = Pick<Accounts, 'accountDataSince' | 'allAccountData' | 'ignoredUsersOf'> & {
  readonly filters: Pick<Accounts['filters'], 'get'>
  readonly accountData: Pick<Accounts['accountData'], 'get' | 'inPlaces' | 'inRooms'>
}

/** Keys, device lists and inboxes. Facts: `to-device`, with the user; `device-list`, with the user whose list it is. */
export type EncryptionSource = Pick<E2ee, 'messagesFor' | 'acknowledge' | 'keyCountsOf' | 'changesBetween'>

/** Facts: `receipt`, with the room, and the user when it is private; `presence`, with the user. Typing has listeners. */
export interface EphemeralSource {
  readonly typing: Pick<Typing, 'serial' | 'in' | 'changedSince' | 'onChange'>
  readonly receipts: Pick<Receipts, 'between' | 'atEvents'>
  readonly presence: Pick<Presence, 'syncing' | 'visibleTo' | 'ofUsers' | 'contentOf'>
}

/** Unread counts, and the push rules as account data. */
export type PushSource = Pick<Push, 'unreadCounts'> & { readonly rules: Pick<Push['rules'], 'accountData'> }

export interface Sources {
  readonly accounts: AccountSource
  readonly encryption?: EncryptionSource | undefined
  readonly ephemeral?: EphemeralSource | undefined
  readonly push?: PushSource | undefined
}
