// The modules of the house and who may import whom: the table of docs/architecture.md as data.
// spec: docs/architecture.md §3

/** Groups of modules: each folder in them is a module with a face of its own. */
const GROUPS = new Set(['protocol', 'platform', 'federation'])

/** What stands under everything; every row of the table gets it unless it says otherwise. */
const base = ['protocol', 'platform', 'tenancy'] as const

const withBase = (...modules: string[]): ReadonlySet<string> => new Set([...base, ...modules])

/** Everything below the endpoints. */
const modulesBelowEndpoints = [
  'api',
  'audit',
  'cluster',
  'trust',
  'federation/transport',
  'accounts',
  'rooms',
  'e2ee',
  'ephemeral',
  'media',
  'moderation',
  'oauth',
  'push',
  'appservices',
  'sync',
  'federation/inbound',
  'federation/outbound',
  'records',
  'registry',
]

/**
 * Module (or the group that it belongs to) → the modules and groups that it may import. Within a group, modules import each
 * other's faces as long as no circle arises. A module that is not a row may import nothing: give it a row, here and in the page.
 */
export const mayImport: ReadonlyMap<string, ReadonlySet<string>> = new Map<string, ReadonlySet<string>>([
  ['protocol', new Set(['protocol'])],
  ['platform', new Set(['platform', 'protocol/crypto'])], // platform/crypto implements the protocol's interface
  ['api', new Set(['protocol'])],
  ['tenancy', new Set(['protocol', 'platform'])],
  ['audit', withBase()],
  ['cluster', withBase()],
  ['trust', withBase('audit')],
  ['federation/transport', withBase('api', 'trust')],
  ['accounts', withBase('audit')],
  ['rooms', withBase('accounts', 'audit', 'cluster', 'trust', 'federation/transport')],
  ['e2ee', withBase('accounts', 'rooms', 'federation/transport')],
  ['ephemeral', withBase('accounts', 'rooms', 'federation/transport')],
  ['media', withBase('accounts', 'trust', 'federation/transport')],
  ['moderation', withBase('accounts', 'rooms', 'media', 'trust', 'audit')],
  ['oauth', withBase('accounts', 'audit')],
  ['push', withBase('accounts', 'rooms', 'e2ee', 'ephemeral')],
  ['appservices', withBase('accounts', 'rooms', 'e2ee', 'ephemeral')],
  ['sync', withBase('accounts', 'rooms', 'e2ee', 'ephemeral', 'push')],
  ['federation/inbound', withBase('federation/transport', 'trust', 'accounts', 'rooms', 'e2ee', 'ephemeral', 'media')],
  ['federation/outbound', withBase('federation/transport', 'trust', 'accounts', 'rooms', 'e2ee', 'ephemeral', 'media')],
  ['records', withBase('accounts', 'rooms', 'e2ee', 'media', 'moderation', 'audit')],
  ['registry', withBase('trust', 'audit')],
  ['endpoints', withBase(...modulesBelowEndpoints)],
  ['gateway', new Set(['protocol', 'platform', 'api', 'trust', 'federation/transport'])],
  ['cli', withBase('api')],
  ['main', withBase(...modulesBelowEndpoints, 'endpoints', 'gateway', 'cli')],
])

/** @returns the module of a file below `src`: `rooms`, `protocol/events`, `federation/transport`; the group for what lies in no module of it */
export function moduleOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  return GROUPS.has(first) && !second.endsWith('.ts') ? `${first}/${second}` : first
}

/** @returns the one file of a module that others may import: `src/rooms/rooms.ts`, `src/protocol/events/events.ts` */
export function faceOf(module: string): string {
  return `src/${module}/${module.split('/').at(-1)}.ts`
}

/** @returns whether the table lets a file of `from` import a file of `to`; undefined when `from` has no row */
export function tableAllows(from: string, to: string): boolean | undefined {
  const row = mayImport.get(from) ?? mayImport.get(groupOf(from))
  return row && (row.has(to) || row.has(groupOf(to)))
}

function groupOf(module: string): string {
  return module.split('/')[0] ?? module
}
