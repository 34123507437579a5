// Registration, passwords, rates, presence.

import { z } from 'zod'
import { choice, flag, list, number, secretFile, text, url, whole } from './value-types.ts'

export const registration = z
  .strictObject({
    mode: choice(
      'Who may make an account: `closed` nobody (accounts come from the administration), `token` who has a registration token, `open` anybody.',
      ['closed', 'token', 'open'],
    ).default('closed'),
    require_email: flag(
      'Whether a new account needs an e-mail address that its person has confirmed, beside what `mode` asks. Needs `mail`.',
    ).default(false),
    guests: flag('Whether guests may look at rooms that allow it.').default(false),
    shared_secret: text(
      'Whoever knows it may make accounts, administrators too, by the shared-secret endpoint. Off without it.',
    ).optional(),
    shared_secret_file: secretFile('shared_secret'),
  })
  .prefault({})
  .meta({ description: 'New accounts.' })

export const passwords = z
  .strictObject({
    minimum_length: whole('Fewest characters of a new password.', 1, 512).default(12),
    memory_kib: whole(
      'Memory of one Argon2id computation in KiB. Each login under way takes it.',
      8,
      4_194_304,
    ).default(19_456),
    passes: whole('Passes of Argon2id over the memory.', 1, 100).default(2),
  })
  .prefault({})
  .meta({
    description:
      'Passwords are stored as Argon2id. Old ones are computed anew at the next login when the cost is raised.',
  })

/** Classes of the limiter, with what is safe for people and programs in ordinary use. */
const classes = {
  message: { what: 'Messages and state sent by one person', per_second: 10, burst: 50 },
  request: { what: 'Other requests of one person, or of one address before login', per_second: 50, burst: 300 },
  login: { what: 'Logins by one address, and for one account', per_second: 0.2, burst: 10 },
  registration: { what: 'Registrations by one address', per_second: 0.1, burst: 5 },
  join: { what: 'Joins, invites and new rooms of one person', per_second: 1, burst: 20 },
  media: { what: 'Uploads and downloads of one person', per_second: 10, burst: 100 },
  federation: { what: 'Requests of one other server', per_second: 200, burst: 1000 },
} as const

const rate = ({ what, per_second, burst }: { what: string; per_second: number; burst: number }) =>
  z
    .strictObject({
      per_second: number('How many a second, on average.', 0.001, 1_000_000).default(per_second),
      burst: number('How many at once after a pause.', 1, 1_000_000).default(burst),
    })
    .prefault({})
    .meta({ description: `${what}.` })

export const rateLimits = z
  .strictObject({
    enabled: flag('Off only for tests and load measurements.').default(true),
    message: rate(classes.message),
    request: rate(classes.request),
    login: rate(classes.login),
    registration: rate(classes.registration),
    join: rate(classes.join),
    media: rate(classes.media),
    federation: rate(classes.federation),
  })
  .prefault({})
  .meta({ description: 'How often each may ask. Who asks more is told how long to wait (`M_LIMIT_EXCEEDED`).' })

const contact = z
  .strictObject({
    role: choice('What it is for: `m.role.admin` for any question, `m.role.security` for a weakness.', [
      'm.role.admin',
      'm.role.security',
    ]).default('m.role.admin'),
    email_address: text('An e-mail address.', 'an e-mail address').optional(),
    matrix_id: text('A user ID, best at another server: this one may be down.', 'a user ID')
      .regex(/^@[^\s:]+:\S+$/)
      .optional(),
  })
  .refine((given) => given.email_address !== undefined || given.matrix_id !== undefined, {
    error: 'expected an e-mail address or a user ID',
  })

export const support = z
  .strictObject({
    contacts: list('Whom to write to.', contact, 'a list of contacts').default([]),
    page: url('A page that helps the people of this server.').optional(),
  })
  .prefault({})
  .meta({ description: 'Whom to ask for help, told at `/.well-known/matrix/support` of each server name.' })

export const directory = z
  .strictObject({
    everyone: flag(
      'Whether people find everyone of their own authority by name. Without it they find those they share a room with, and those in public rooms.',
    ).default(false),
  })
  .prefault({})
  .meta({ description: 'Finding people.' })

export const presence = z
  .strictObject({
    enabled: flag('Whether people see who is online. It costs traffic, and tells when people work.').default(true),
  })
  .prefault({})
  .meta({ description: 'Presence.' })
