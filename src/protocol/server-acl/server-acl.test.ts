// Server ACLs against the vectors, and that no content makes them throw.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import vectors from '../../../vectors/server-acl/verdicts.json' with { type: 'json' }
import { compileServerAcl } from './server-acl.ts'

const serverName = (text: string) => {
  const name = parseServerName(text)
  assert.ok(name !== undefined, `${text} is a server name`)
  return name
}

for (const each of vectors.cases) {
  test(`${each.rule}: ${each.name}`, () => {
    const acl = compileServerAcl((each.content ?? undefined) as JsonObject | undefined)
    const verdict = acl.verdictFor(serverName(each.server))
    assert.equal(verdict.rule, each.rule)
    assert.equal(verdict.allowed, each.rule === 'acl/none' || each.rule === 'acl/allowed')
  })
}

test('acl/denied: a denied name is denied whatever else the list says, with any port', () => {
  const entries = fc.array(fc.oneof(fc.constantFrom('*', '*.org', 'a?c', 'evil.com'), fc.jsonValue()), { maxLength: 4 })
  fc.assert(
    fc.property(entries, entries, fc.jsonValue(), fc.integer({ min: 1, max: 65535 }), (allow, deny, literals, port) => {
      const content = { allow, deny: [...deny, 'evil.com'], allow_ip_literals: literals } as unknown as JsonObject
      assert.equal(compileServerAcl(content).verdictFor(serverName(`Evil.Com:${port}`)).rule, 'acl/denied')
    }),
  )
})

test('no content makes a list throw', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('allow', 'deny', 'allow_ip_literals'), fc.jsonValue()), (content) => {
      assert.match(compileServerAcl(content as JsonObject).verdictFor(serverName('1.2.3.4')).rule, /^acl\//)
    }),
  )
})
