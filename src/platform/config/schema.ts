// The whole configuration: one schema, from which come the types, the checks and the manual page.

import { z } from 'zod'
import { federation } from './federation-settings.ts'
import { mail } from './mail-settings.ts'
import { media } from './media-settings.ts'
import { connections, listeners, observation } from './network-settings.ts'
import { directory, passwords, presence, rateLimits, registration, support } from './people-settings.ts'
import { authority, choice, list, path, secretFile, text, url } from './value-types.ts'

const database = z
  .strictObject({
    url: text(
      '`postgres://user@host/database` of a PostgreSQL 15 or later. Without it, an embedded PostgreSQL in the data folder.',
    ).optional(),
    url_file: secretFile('url'),
  })
  .prefault({})
  .meta({ description: 'Where everything but files is kept.' })

const tenant = z.strictObject({
  server_name: text('The part after the colon in people’s addresses. It can never be changed.', 'a server name'),
  client_url: url(
    'Where clients reach it, such as `https://matrix.kommun.example`: told at `/.well-known/matrix/client` of the server name, and at login.',
  ).optional(),
  federation_address: authority(
    'Where other servers reach it (by TLS), such as `matrix.kommun.example:443`: told at `/.well-known/matrix/server` of the server name. Without it they look at port 8448 of the server name.',
  ).optional(),
})

const rooms = z
  .strictObject({
    default_version: choice('Room version of new rooms.', [
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
    ]).default('12'),
  })
  .prefault({})
  .meta({ description: 'Rooms.' })

const log = z
  .strictObject({
    level: choice('Least important lines that are written.', ['debug', 'info', 'warn', 'error', 'silent']).default(
      'info',
    ),
  })
  .prefault({})
  .meta({
    description: 'The log goes to standard output, one JSON object per line. It never holds content, tokens or keys.',
  })

export const configSchema = z.strictObject({
  data: path('Folder for the embedded database, files and keys. Made on first start.').default('data'),
  database,
  listeners,
  observation,
  tenants: list(
    'Authorities that are made on first start, and where they are reached. Later ones may also come with `samband tenant create`; taking one out here removes nothing.',
    tenant,
    'a list of tenants',
  ).default([]),
  registration,
  passwords,
  rate_limits: rateLimits,
  federation,
  mail,
  media,
  rooms,
  directory,
  presence,
  support,
  connections,
  log,
})
