// How PostgreSQL's column types become values: bigint as number, bytea as Buffer, JSON as the text it was stored as.
// spec: PostgreSQL, pg_type (object identifiers of built-in types)

import pg from 'pg'

const bigint = 20
const json = 114
const jsonb = 3802
const bigintArray = 1016

/** A bigint as number. Throws beyond 2^53: a rounded position would be a wrong position. */
function readBigint(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The database holds the number ${text}, beyond 2^53.`)
  return value
}

function readBigintArray(text: string): (number | null)[] {
  if (text === '{}') return []
  return text
    .slice(1, -1)
    .split(',')
    .map((element) => (element === 'NULL' ? null : readBigint(element)))
}

const asText = (text: string): string => text

type Parser = (text: string) => unknown

const own: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [bigint, readBigint],
  [bigintArray, readBigintArray],
  [json, asText],
  [jsonb, asText],
])

/** The driver's table of types with ours on top. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    own.get(oid) ?? pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}
