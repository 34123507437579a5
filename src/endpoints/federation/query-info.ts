// Refuses a query of a kind that is not known.
// spec: server-server-api, GET /_matrix/federation/v1/query/{queryType}

import { queryInfo } from '#api/federation/query-info.ts'
import { unrecognized } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleQueryInfo = handler(queryInfo, (_: object) => () => {
  throw unrecognized('This server answers queries of the types "directory" and "profile".')
})
