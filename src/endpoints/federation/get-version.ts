// Says which program this is.
// spec: server-server-api, GET /_matrix/federation/v1/version

import { getVersion } from '#api/federation/get-version.ts'
import project from '../../../package.json' with { type: 'json' }
import { handler } from '../handler.ts'

const answer = { server: { name: 'Samband', version: project.version } }

export const handleGetVersion = handler(getVersion, (_: object) => () => answer)
