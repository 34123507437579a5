// The whole configuration: one schema, from which come the types, the checks and the manual page.

import { z } from 'zod'
import { federation } from './federation-settings.ts'
import { media } from './media-settings.ts'
import { connections, listeners, observation } from './network-settings.ts'
import { passwords, presence, rateLimits, registration } from './people-settings.ts'
import { choice, list, path, secretFile, text } from './value-types.ts'

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
    'Authorities that are made on first start. Later ones come with `samband tenant create`; taking one out here removes nothing.',
    tenant,
    'a list of tenants',
  ).default([]),
  registration,
  passwords,
  rate_limits: rateLimits,
  federation,
  media,
  rooms,
  presence,
  connections,
  log,
})
