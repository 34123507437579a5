// Where calls are relayed: no relay can be configured yet, so there is none to name.
// spec: client-server-api, GET /_matrix/client/v3/voip/turnServer

import { getTurnServer } from '#api/client/get-turn-server.ts'
import { handler } from '../handler.ts'

export const handleGetTurnServer = handler(getTurnServer, () => async () => ({}))
