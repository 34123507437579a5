// HTTP for a server process: listeners, routes, bounded bodies, answers, a calm stop. Knows nothing of Matrix. Face of the folder.
// spec: RFC 9110 (semantics), RFC 9112 (HTTP/1.1), RFC 3986 §2 (percent-encoding)

export { type CertificateFiles, loadCertificate } from './certificate-files.ts'
export type { HttpLimits } from './default-limits.ts'
export {
  createDispatch,
  type DispatchOptions,
  type InnerAnswer,
  type InnerDispatch,
  type InnerRequest,
} from './dispatch.ts'
export { HttpFault, type HttpFaultKind } from './fault.ts'
export { type Observation, observationRoutes } from './observation.ts'
export type { HttpListener, HttpOptions } from './options.ts'
export type { HttpReply, ReplyBody, ReplyHeaders } from './reply.ts'
export type { HttpRequest } from './request.ts'
export type { Answer, Miss, Route } from './route.ts'
export { type HttpServer, startHttp } from './server.ts'
export type { TlsOptions } from './tls.ts'
