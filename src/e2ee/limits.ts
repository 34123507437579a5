// The bounds of this module, each with its reason.
// spec: client-server-api #end-to-end-encryption, #send-to-device-messaging

/** One-time keys in one upload. Clients send 50 to 100; the body has 1 MiB. */
export const MAX_KEYS_PER_UPLOAD = 500
/** One-time keys that a device keeps here. Clients keep 50 to 100, and cannot hold many private halves. */
export const MAX_ONE_TIME_KEYS = 1_000
/** Algorithms of one-time keys: one is in use, and each takes a fallback key. */
export const MAX_ALGORITHMS = 20
/** One key with its signatures: some 250 bytes, ten times as many for keys that resist quantum computers. */
export const MAX_KEY_BYTES = 8 * 1024
/** Keys of a device with their signatures: some 800 bytes. They travel in an EDU, which has 64 KiB. */
export const MAX_DEVICE_KEYS_BYTES = 16 * 1024
/** Signatures in one upload: a user's devices, or the people met at an event. */
export const MAX_SIGNATURES_PER_UPLOAD = 1_000
/** Users in one query or claim: all members of a very large encrypted room. Clients ask for 250 at a time. */
export const MAX_USERS_PER_QUERY = 10_000
/** Devices in one claim or one request to send: ten thousand messages of a room key. */
export const MAX_DEVICES_PER_REQUEST = 10_000
/** Remote users of one server whose lists are fetched one by one for a query; for more one bulk question is cheaper. */
export const MAX_LISTS_PER_QUERY = 10
/** How long a client lets us wait for other servers (ms). "10 seconds is the recommended default". */
export const REMOTE_TIMEOUT = 10_000
/** One message to a device. It must fit an EDU of 64 KiB with its envelope; other servers refuse larger ones, with all that follow. */
export const MAX_MESSAGE_BYTES = 60 * 1024
/** An EDU as a whole. */
export const MAX_EDU_BYTES = 64 * 1024
/** Messages in one answer to a client. The specification recommends 100. */
export const MESSAGES_PER_ANSWER = 100
/** Messages that wait for one device: the room keys of some months. Older ones are of no use to a device that is away longer. */
export const MAX_INBOX = 20_000
/** EDUs that wait for one server: days of a busy one. What is older finds its keys in backups and key requests. */
export const MAX_OUTBOX = 100_000
/** How long transactions and message IDs are remembered (ms). Clients and servers retry for minutes, at most days. */
export const REMEMBERED = 7 * 24 * 3_600_000
/** Keys in one backup: 500 MB; someone in a thousand busy rooms makes 50,000 in a year. */
export const MAX_BACKED_UP_KEYS = 500_000
/** Versions of key backups of one user, deleted ones included. A person makes a new one every other year. */
export const MAX_BACKUP_VERSIONS = 1_000
/** Data of one backed up key: some 400 bytes. */
export const MAX_SESSION_BYTES = 32 * 1024
/** The public part of a backup with its signatures: some 500 bytes. */
export const MAX_AUTH_DATA_BYTES = 64 * 1024
