// The page of a mailed link: accessible, in Swedish and English, without script, and with nothing from elsewhere.
// spec: WCAG 2.2; CSP Level 3; docs/decisions/0034

import { createHash } from 'node:crypto'
import { type Html, html } from '#platform/html/html.ts'
import { SpecialAnswer } from '../answer.ts'

const style = `:root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}
body{margin:2rem auto;max-width:36rem;padding:0 1rem}
h1{font-size:1.5rem}
strong,a{overflow-wrap:anywhere}
button{font:inherit;min-height:2.75rem;padding:.5rem 1.5rem}`

const headers = Object.freeze({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // The address of the page is the proof: it is neither kept nor told to where the person goes on.
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
})

/** Before: a button, as programs that look into mails follow links. */
export const askPage = (address: string): SpecialAnswer =>
  page(
    200,
    'Bekräfta e-postadressen',
    html`<h1>Bekräfta e-postadressen</h1>
<p>Är <strong>${address}</strong> din adress, och var det du som bad om länken? Var det inte du stänger du sidan.</p>
<div lang="en"><h2>Confirm the e-mail address</h2>
<p>Is <strong>${address}</strong> your address, and did you ask for the link? If not, close the page.</p></div>
<form method="post"><button>Bekräfta adressen <span lang="en">/ Confirm the address</span></button></form>`,
  )

/** After. Where the client wants the person to go is a link with its host in plain sight: whoever asked for the mail has chosen it. */
export const donePage = (address: string, nextLink: URL | undefined): SpecialAnswer =>
  page(
    200,
    'Adressen är bekräftad',
    html`<h1>Adressen är bekräftad</h1>
<p><strong>${address}</strong> är bekräftad. Gå tillbaka till appen och fortsätt där.</p>
<div lang="en"><h2>The address is confirmed</h2>
<p><strong>${address}</strong> is confirmed. Go back to the app and go on there.</p></div>
${nextLink === undefined ? '' : html`<p><a href="${nextLink.href}">Gå vidare till ${nextLink.host} <span lang="en">/ Go on to ${nextLink.host}</span></a></p>`}`,
  )

export const badLinkPage = (): SpecialAnswer =>
  page(
    404,
    'Länken gäller inte',
    html`<h1>Länken gäller inte</h1>
<p>Den är för gammal, eller så har du fått ett nyare mejl. Be om ett nytt mejl i appen.</p>
<div lang="en"><h2>The link is not good</h2>
<p>It is too old, or you have got a newer mail. Ask for another mail in the app.</p></div>`,
  )

function page(status: number, title: string, content: Html): SpecialAnswer {
  const text = html`<!doctype html>
<html lang="sv">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>`.text
  const rest = html`</style></head>
<body><main>${content}</main></body>
</html>
`.text
  return new SpecialAnswer({ status, headers, content: text + style + rest })
}
