// Transactions that were taken in, with what was answered.
// spec: server-server-api #transactions

import { statement } from '#platform/database/database.ts'

export const selectAnswer = statement<[origin: string, txnId: string], { readonly answer: string }>(
  'inbound.select_answer',
  'select answer from received_transaction where origin = $1 and txn_id = $2',
)

export const saveAnswer = statement<[origin: string, txnId: string, answer: string, receivedAt: number]>(
  'inbound.save_answer',
  'insert into received_transaction (origin, txn_id, answer, received_at) values ($1, $2, $3, $4) on conflict do nothing',
)

export const forgetAnswers = statement<[before: number]>(
  'inbound.forget_answers',
  'delete from received_transaction where received_at < $1',
)
