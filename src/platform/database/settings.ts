// Where the database is: an address that the operator wrote, or the parts that the built-in PostgreSQL gives.
// spec: PostgreSQL 32.1.1.2 (connection URIs)

import type pg from 'pg'

export type ConnectionSettings =
  | { readonly url: string }
  | {
      /** Host name, or the folder of the unix socket (begins with `/`). */
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password: string
      readonly database: string
    }

/** The settings as the driver takes them. */
export function driverSettings(settings: ConnectionSettings): pg.ClientConfig {
  return 'url' in settings ? { connectionString: settings.url } : { ...settings }
}

/** The place in words, without the password, for messages. */
export function placeOf(settings: ConnectionSettings): string {
  if (!('url' in settings)) return `the built-in PostgreSQL in ${settings.host}`
  if (!URL.canParse(settings.url)) return 'the address in database.url'
  const { hostname, port, pathname } = new URL(settings.url)
  return `PostgreSQL at ${hostname || 'the local socket'}${port === '' ? '' : `:${port}`}${pathname}`
}
