// `samband user …`

import type { Administration, UserSummary } from './administration.ts'
import { choosePassword, passwordOptions } from './choose-password.ts'
import { administer, type Command, UsageError } from './command.ts'
import { dateOf, tableOf } from './table.ts'

const user = {
  name: 'user',
  meaning: 'The address, such as @anna:kommun.example; with a single authority, `anna` is enough.',
}

/** People per question to the program behind us. */
const PAGE = 500

const create: Command = {
  name: 'user create',
  summary: 'Make an account.',
  arguments: [user],
  options: {
    ...passwordOptions,
    'display-name': { type: 'string', value: 'name', meaning: 'The name that others see.' },
    admin: { type: 'boolean', meaning: 'May administer the authority.' },
  },
  run: async (invocation) => {
    const { password, isNew } = await choosePassword(invocation)
    const account = {
      user: invocation.arguments[user.name] ?? '',
      password,
      displayName: invocation.values.get('display-name'),
      isAdministrator: invocation.flags.has('admin'),
    }
    const { userId } = await administer(invocation, (administration) => administration.createUser(account))
    return passwordOutcome(`Made ${userId}.`, userId, isNew ? password : undefined)
  },
}

const list: Command = {
  name: 'user list',
  summary: 'List the accounts of an authority, or of all.',
  options: { server: { type: 'string', value: 'server name', meaning: 'Only this authority.' } },
  run: async (invocation) => {
    const server = invocation.values.get('server')
    const users = await administer(invocation, (administration) => allUsers(administration, server))
    const rows = users.map((one) => [one.userId, one.displayName ?? '', dateOf(one.createdAt), noteOf(one)])
    const text = rows.length === 0 ? 'There is none.' : tableOf(['user', 'name', 'since', 'note'], rows)
    return { text, json: { users } }
  },
}

const password: Command = {
  name: 'user password',
  summary: 'Set the password of an account.',
  explanation: 'Every session of the person ends, unless --keep-sessions is given.',
  arguments: [user],
  options: {
    ...passwordOptions,
    'keep-sessions': { type: 'boolean', meaning: 'Leave the person logged in where they are.' },
  },
  run: async (invocation) => {
    const chosen = await choosePassword(invocation)
    const change = {
      user: invocation.arguments[user.name] ?? '',
      password: chosen.password,
      logOut: !invocation.flags.has('keep-sessions'),
    }
    const { userId } = await administer(invocation, (administration) => administration.setPassword(change))
    return passwordOutcome(`Set the password of ${userId}.`, userId, chosen.isNew ? chosen.password : undefined)
  },
}

const deactivate: Command = {
  name: 'user deactivate',
  summary: 'Close an account for ever.',
  explanation: 'The person is logged out, leaves all rooms, and the address is never given to anybody again.',
  arguments: [user],
  options: {
    erase: { type: 'boolean', meaning: 'People who join later do not see what the person wrote.' },
    yes: { type: 'boolean', meaning: 'Say that it is meant: it cannot be undone.' },
  },
  run: async (invocation) => {
    const name = invocation.arguments[user.name] ?? ''
    if (!invocation.flags.has('yes')) throw new UsageError(`This closes ${name} for ever. If that is meant, add --yes.`)
    const person = { user: name, erase: invocation.flags.has('erase') }
    const { userId } = await administer(invocation, (administration) => administration.deactivateUser(person))
    return { text: `Closed ${userId}.`, json: { userId, deactivated: true, erased: person.erase } }
  },
}

export const userCommands: readonly Command[] = [create, list, password, deactivate]

async function allUsers(administration: Administration, serverName: string | undefined): Promise<UserSummary[]> {
  const users: UserSummary[] = []
  for (;;) {
    const page = await administration.listUsers({ serverName, after: users.at(-1)?.userId, limit: PAGE })
    users.push(...page)
    if (page.length < PAGE) return users
  }
}

function noteOf({ isAdministrator, isDeactivated }: UserSummary): string {
  return [isAdministrator ? 'administrator' : '', isDeactivated ? 'closed' : ''].filter(Boolean).join(', ')
}

function passwordOutcome(sentence: string, userId: string, shown: string | undefined) {
  if (shown === undefined) return { text: sentence, json: { userId } }
  return { text: `${sentence}\nPassword (shown this once): ${shown}`, json: { userId, password: shown } }
}
