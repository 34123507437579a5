// Face of the endpoints: all handlers, the modules that they ask for, and the mount that makes routes of them.
// spec: client-server-api and server-server-api, all sections

export { allHandlers } from './handlers.ts'
export type { Modules } from './modules.ts'
export {
  type EdgeAnswers,
  edgeAnswers,
  type MountOptions,
  mount,
  type SignedRequest,
  type Tenant as MountedTenant,
} from './mount.ts'
