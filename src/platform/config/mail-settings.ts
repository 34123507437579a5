// The mail server that takes our mails.

import { z } from 'zod'
import { choice, duration, list, path, secretFile, text, whole } from './value-types.ts'

export const mail = z
  .strictObject({
    host: text(
      'Host name of the mail server. Without it no mails are sent, and nobody can confirm an address.',
    ).optional(),
    port: whole('Port of the mail server.', 1, 65_535).default(587),
    security: choice(
      '`starttls`: a connection that is not encrypted after the greeting is not used; `tls`: encrypted from the first byte (port 465); `none`: in the clear, for a mail server on the same machine.',
      ['starttls', 'tls', 'none'],
    ).default('starttls'),
    user: text('Who logs in at the mail server. Nobody does without it.').optional(),
    password: text('Password of `user`.').optional(),
    password_file: secretFile('password'),
    from: text('Address that mails come from, such as `chatt@kommun.example`. Needed with `host`.', 'an e-mail address')
      .regex(/^[^\s<>"@]+@[^\s<>"@]+$/)
      .optional(),
    ca_file: path(
      'PEM file with certificate authorities that are trusted for the mail server, beside the usual ones.',
    ).optional(),
    timeout: duration('Time for the mail server to accept a connection, to greet, and to answer.').prefault('30s'),
    address_domains: list(
      'Domains of the addresses that people may register with or add, such as `kommun.example`; all without it.',
      text('Domain.', 'a domain'),
      'a list of domains',
    ).default([]),
  })
  .refine(({ host, from }) => host === undefined || from !== undefined, {
    error: 'expected the address that mails come from, as "host" is given',
    path: ['from'],
  })
  .prefault({})
  .meta({ description: 'Mails: links that confirm an address, at registration and for a forgotten password.' })
