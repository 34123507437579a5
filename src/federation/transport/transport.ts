// Talking to other servers: finding them, signing requests, knowing their keys, and when they are away. Face of the folder.
// One object per tenant, made by hand from its parts; the network below it belongs to the process.
// spec: server-server-api

export type { HierarchyLevel, PublicRooms, PublicRoomsRequest } from './calls/discovery-calls.ts'
export type { Download, MediaCalls, MediaRequest, ThumbnailRequest } from './calls/media-calls.ts'
export { MediaCutShort } from './calls/media-calls.ts'
export type {
  Invite,
  InvitedEvent,
  JoinedRoom,
  MissingEventsRequest,
  RoomCalls,
  RoomState,
  RoomStateIds,
  Template,
} from './calls/room-calls.ts'
export type { TransactionCalls, TransactionResult } from './calls/transaction-calls.ts'
export type { KeyClaims, RemoteDevice, RemoteDevices, UserCalls, UserKeys } from './calls/user-calls.ts'
export type { BackoffOptions } from './client/availability.ts'
export { createFederationTransport, type TransportOptions, type TransportParts } from './create-transport.ts'
export { type Dns, type DnsOptions, systemDns } from './discovery/dns.ts'
export type { BadAnswer, Failure, Outcome, RemoteRefused, Unreachable } from './failure.ts'
export { matrixErrorOf } from './failure.ts'
export type { FederationTransport, InboundRequest } from './federation-transport.ts'
export type { KeyQuery, KeyRing, KnownKey, SignatureVerdict } from './keys/key-ring-types.ts'
export type { SigningKeys } from './keys/notary.ts'
export type { AddressRules } from './network/allowed-address.ts'
export { type Dispatch, type DispatchedRequest, Loopback, loopbackNetwork, oneBody } from './network/loopback.ts'
export {
  type Network,
  NetworkError,
  type PlainFetch,
  type PlainPost,
  type WireAnswer,
  type WireRequest,
} from './network/network.ts'
export { type Cut, UnreliableNetwork } from './network/unreliable-network.ts'
export {
  openProcessNetwork,
  type Pinning,
  type ProcessNetwork,
  type ProcessNetworkOptions,
  type ProcessNetworkParts,
} from './process-network.ts'
