// Answers that are lists of events: the texts that were stored, joined, and never serialised again.
// spec: server-server-api #pdus

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { canonicalString } from '#protocol/json/json.ts'
import { rawJson } from '../answer.ts'

export const jsonList = (texts: readonly string[]): string => `[${texts.join(',')}]`

/** The shape of a transaction, for single events and backfill. */
export const transactionAnswer = (origin: ServerName, now: number, pdus: readonly string[]) =>
  rawJson(`{"origin":${canonicalString(origin)},"origin_server_ts":${now},"pdus":${jsonList(pdus)}}`)
