// What keeps a server a decent place: reports of its people. Face of the module.
// spec: client-server-api #reporting-content

import { Reports, type ReportsParts } from './reports.ts'

export type { Report, ReportKind, Reports } from './reports.ts'

export class Moderation {
  readonly reports: Reports

  constructor(parts: ReportsParts) {
    this.reports = new Reports(parts)
  }
}
