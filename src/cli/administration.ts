// What the commands ask of the program behind them. `main` implements it: offline on the database, later through the administration API.
// Whatever cannot be done is thrown as an Error whose message is a sentence that says what to do next: it is what the person sees.

export interface TenantSummary {
  readonly serverName: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface UserSummary {
  readonly userId: string
  readonly displayName: string | undefined
  readonly isAdministrator: boolean
  readonly isDeactivated: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface NewUser {
  /** Full user ID, or only the local part when there is one tenant. */
  readonly user: string
  readonly password: string
  readonly displayName: string | undefined
  readonly isAdministrator: boolean
}

/** One thing that was looked at. */
export interface Finding {
  readonly subject: string
  readonly state: 'good' | 'warning' | 'bad'
  /** What was found; for warnings and worse, what to do. */
  readonly sentence: string
}

export interface Administration {
  createTenant(tenant: { readonly serverName: string }): Promise<TenantSummary>
  /** By server name. */
  listTenants(): Promise<readonly TenantSummary[]>
  /** Removes the tenant with everything in it: people, rooms, keys, files. */
  removeTenant(tenant: { readonly serverName: string }): Promise<void>
  /** @returns the full user ID */
  createUser(user: NewUser): Promise<{ readonly userId: string }>
  /** People of one tenant, or of all, by user ID, at most `limit` after `after` (a user ID). */
  listUsers(page: {
    readonly serverName: string | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Promise<readonly UserSummary[]>
  /** Sets the password; with `logOut`, every session of the person ends. */
  setPassword(change: {
    readonly user: string
    readonly password: string
    readonly logOut: boolean
  }): Promise<{ readonly userId: string }>
  /** The person can never log in again and leaves all rooms; with `erase`, others who join later do not see what was written. */
  deactivateUser(person: { readonly user: string; readonly erase: boolean }): Promise<{ readonly userId: string }>
  /** Looks at configuration, database, certificates, clock, names. Changes nothing. */
  diagnose(): Promise<readonly Finding[]>
  close(): Promise<void>
}

/** Where the commands find their server. */
export interface Place {
  /** `--config`: path of the configuration file. */
  readonly configFile: string | undefined
}
