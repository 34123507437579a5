// Takes in PDUs and EDUs of another server.
// spec: server-server-api, PUT /_matrix/federation/v1/send/{txnId}

import { sendTransaction } from '#api/federation/send-transaction.ts'
import { forbidden } from '#protocol/errors/errors.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithInbound } from './federation-modules.ts'

export const handleSendTransaction = handler(
  sendTransaction,
  ({ inbound }: WithInbound) =>
    async ({ params, body, origin }) => {
      if (body.origin !== origin) {
        throw forbidden('transaction/origin', `The transaction names ${body.origin}, but ${origin} signed the request.`)
      }
      const { pdus, edus = [] } = body
      return rawJson(await inbound.receiveTransaction({ origin, txnId: params.txnId, pdus, edus }))
    },
)
