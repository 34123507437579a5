import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { html } from './html.ts'

test('text is escaped, HTML is not escaped twice', () => {
  const name = html`<b>${'Åsa & "Bo"'}</b>`
  assert.equal(html`<p title="${"'"}">${name}</p>`.text, '<p title="&#39;"><b>Åsa &amp; &quot;Bo&quot;</b></p>')
})

test('no text leaves its place: neither tag nor quote comes out of it', () => {
  fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(html`${text}`.text)))
})
