// `samband tenant …`

import { administer, type Command, UsageError } from './command.ts'
import { dateOf, tableOf } from './table.ts'

const serverName = {
  name: 'server name',
  meaning: 'The part after the colon in people’s addresses, such as kommun.example.',
}

const create: Command = {
  name: 'tenant create',
  summary: 'Make a new authority on this server.',
  explanation: 'The server name can never be changed: it is part of every address and signature.',
  arguments: [serverName],
  run: async (invocation) => {
    const name = invocation.arguments[serverName.name] ?? ''
    const tenant = await administer(invocation, (administration) => administration.createTenant({ serverName: name }))
    return { text: `Made ${tenant.serverName}.`, json: tenant }
  },
}

const list: Command = {
  name: 'tenant list',
  summary: 'List the authorities of this server.',
  run: async (invocation) => {
    const tenants = await administer(invocation, (administration) => administration.listTenants())
    const rows = tenants.map((tenant) => [tenant.serverName, dateOf(tenant.createdAt)])
    const text =
      rows.length === 0
        ? 'There is none. Make one: samband tenant create <server name>'
        : tableOf(['server name', 'since'], rows)
    return { text, json: { tenants } }
  },
}

const remove: Command = {
  name: 'tenant remove',
  summary: 'Remove an authority with its people, rooms, keys and files.',
  explanation: 'What is removed cannot be brought back but from a backup. Other servers keep what they have received.',
  arguments: [serverName],
  options: { 'delete-data': { type: 'boolean', meaning: 'Say that everything is to be deleted.' } },
  run: async (invocation) => {
    const name = invocation.arguments[serverName.name] ?? ''
    if (!invocation.flags.has('delete-data')) {
      throw new UsageError(`This deletes everything of ${name} for ever. If that is meant, add --delete-data.`)
    }
    await administer(invocation, (administration) => administration.removeTenant({ serverName: name }))
    return { text: `Removed ${name}.`, json: { serverName: name, removed: true } }
  },
}

export const tenantCommands: readonly Command[] = [create, list, remove]
