// Why an operation of the specification is not served.

import type { Operation } from './operations.ts'

const reasons: readonly (readonly [RegExp, string])[] = [
  [/inviteBy3PID|onBindThirdPartyIdentifier|exchangeThirdPartyInvite/, 'no identity server is asked'],
  [/redirectToSSO|redirectToIdP|getAuthMetadata/, 'the module oauth is not there yet'],
  [/pingAppservice|updateAppserviceRoomDirectoryVisibility/, 'the module appservices is not there yet'],
  [/UrlPreview/, 'the server fetches no pages that people write about; in encrypted rooms it could not'],
  [/PolicyServer|WellknownPolicy/, 'this server is no policy server'],
]

/** Without a reason of its own it is simply still to be built. */
export const reasonFor = ({ operationId }: Operation): string =>
  reasons.find(([pattern]) => pattern.test(operationId))?.[1] ?? 'not there yet'
