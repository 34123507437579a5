// What can be wrong with a request about a tenant, with a sentence for the administrator.
// spec: docs/manual (tenants)

export class WrongServerName extends Error {
  constructor(serverName: string) {
    super(
      `"${serverName}" is no Matrix server name. Write a host name as in the users' addresses, such as kommun.example, with a port only if it is not found by its name.`,
    )
    this.name = 'WrongServerName'
  }
}

export class TenantExists extends Error {
  constructor(serverName: string) {
    super(
      `The tenant ${serverName} exists already (perhaps as a removed one): list the tenants, restore it, or choose another name.`,
    )
    this.name = 'TenantExists'
  }
}

export class TenantUnknown extends Error {
  constructor(serverName: string) {
    super(`There is no tenant ${serverName}. List the tenants to see the names.`)
    this.name = 'TenantUnknown'
  }
}
