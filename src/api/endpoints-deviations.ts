// Where our definitions differ from the specification's data on purpose, and why. For the test that compares them.

interface Deviation {
  /** Matches the sentences of the test. */
  readonly difference: RegExp
  readonly reason: string
}

const pdu = '(?:body|response)(?:.event)?'
const pduMember = '(?:sender|origin|origin_server_ts|type|state_key|content|unsigned|depth)'

export const deviations: readonly Deviation[] = [
  {
    difference: /^server-server \w+: rateLimit federation, not false$/,
    reason: 'Every other server gets its fair share and no more, whatever it asks.',
  },
  {
    difference: /^client-server (?:sendMessage|setRoomStateWithKey|redactEvent|createRoom): rateLimit \w+, not false$/,
    reason: 'What writes to rooms is limited: one account must not be able to flood a room and all servers in it.',
  },
  {
    difference:
      /^client-server (?:getPublicRooms|queryPublicRooms|getRoomSummary|reportEvent): rateLimit request, not false$/,
    reason: 'Each may ask the database or another server for much, or leaves something behind.',
  },
  {
    difference: /^client-server getMutualRooms (?:query\.batch_token|response\.next_batch_token): is not in the spec/,
    reason: 'The names that clients use on the path from before v1.19 (MSC2666).',
  },
  {
    difference: /^client-server getSpaceHierarchy query\.via: is not in the specification$/,
    reason:
      'A room ID of version 12 tells no server: without it a space that we are not in could not be looked at (MSC4235).',
  },
  {
    difference: /^client-server getPublicRooms: authenticate access-token\?, not none$/,
    reason: 'For somebody who is not logged in no other server is asked: anyone could make us call anybody.',
  },
  {
    difference: /getRoomSummary: authenticate access-token\?, not signed$/,
    reason: 'A slip in the data: it is an endpoint for clients, and its text says that authentication is optional.',
  },
  {
    difference: /^server-server getEventByTimestamp: authenticate signed, not access-token$/,
    reason: 'A slip in the data: it is an endpoint for servers.',
  },
  {
    difference: /(?:algorithm|encryption): one of "", not one of "m\.megolm/,
    reason: 'New algorithms will come, and the server neither reads nor uses them.',
  },
  {
    difference: /(?:getUserProfile|queryProfile) response\.[\w.]+: is not there$/,
    reason: 'A profile has any fields; the named ones are examples.',
  },
  {
    difference: /^client-server (?:joinRoom|knockRoom) query\.server_name: is not in the specification$/,
    reason: 'Clients from before v1.12 send it for `via`.',
  },
  {
    difference: /query\.org\.matrix\.msc4140\.delay: is not in the specification$/,
    reason: 'A delay that is asked for must never be passed over (MSC4140).',
  },
  {
    difference: /^client-server slidingSync(?:Deployed)?: is not in the specification$/,
    reason: 'Accepted and not in a release yet (MSC4186); clients speak the shape that was deployed before.',
  },
  {
    difference: /^client-server sync [\w.*]+\.org\.matrix\.msc4222\.\w+: is not in the specification$/,
    reason: 'The names that clients use for `use_state_after` and `state_after` (MSC4222).',
  },
  {
    difference: /^client-server sync response\.(?:to_device|device_lists|device_unused|presence)/,
    reason: 'Defined in the text of the modules (send-to-device, end-to-end encryption, presence), not in the data.',
  },
  {
    difference: new RegExp(
      `^server-server (?:make|send)(?:Join|Leave|Knock|Invite)\\w* ${pdu}\\.${pduMember}: is not there$`,
    ),
    reason: 'The form of a PDU depends on the room version: #protocol/events judges it, by the rules of that version.',
  },
  {
    difference: /^server-server make(?:Join|Leave) response\.event: required, not optional$/,
    reason: 'An answer without the event that was asked for is of no use; ours has it.',
  },
  {
    difference: /^server-server sendInviteV1 response: items are not checked$/,
    reason: 'Ours is a pair of the number 200 and the event, as the text says; the data only knows lists.',
  },
  {
    difference: /^server-server send(?:Join|Leave)V1: is not in the specification$/,
    reason: 'Taken out of the specification; old servers still call them.',
  },
  {
    difference: /^server-server sendTransaction body\.edus\[\]\.\w+: is not there$/,
    reason: 'One bad EDU must not lose the rest of a transaction: each is looked at by itself.',
  },
  {
    difference: /^client-server uploadKeys body\.device_keys\.\w+: is not there$/,
    reason: 'Judged by #e2ee, with the sentences and error codes that say what is wrong with the keys of a device.',
  },
  {
    difference:
      /(?:queryKeys|getUserDevices|queryUserEncryptionKeys) response\.[\w.*[\]]+\.signatures: optional, not required$/,
    reason:
      'Keys of other servers are passed on as they are; whether to trust a device that did not sign them is for clients to say.',
  },
  {
    difference: /^client-server getTurnServer response\.\w+: optional, not required$/,
    reason: 'Where there is no relay the answer is empty, as other servers give it and clients expect it.',
  },
  {
    difference: /^client-server roomInitialSync query\.limit: is not in the specification$/,
    reason: 'Its clients send it, as to `/initialSync`.',
  },
  {
    difference: /^client-server query(?:Location|User)ByProtocol query\.fields: is not there$/,
    reason: 'Each field is a parameter of its own name, whatever the network calls it, and there is no network to ask.',
  },
  {
    difference: /^client-server requestToken\w+: rateLimit registration, not false$/,
    reason: 'Each may send a mail to anybody.',
  },
  {
    difference: /^client-server (?:showEmailConfirmation|confirmEmail): is not in the specification$/,
    reason: 'The page that a mailed link opens is for a person, and each server has its own.',
  },
  {
    difference: /^client-server getEvents query\.room_id: is not in the specification$/,
    reason:
      'The specification has two operations on one path, and `room_id` tells them apart: `getEvents` and `peekEvents`.',
  },
  {
    difference: /^client-server getEvents response\./,
    reason: 'Ours always has all three members; beside events of rooms the list holds typing, receipts and presence.',
  },
]
