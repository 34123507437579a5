// What the mails about addresses say: first in Swedish, then in English, as nobody knows yet who reads them.
// spec: client-server-api, POST /_matrix/client/v3/register/email/requestToken and its likes; decision 0034

import { type Html, html } from '#platform/html/html.ts'
import type { Mail } from '#platform/mail/mail.ts'

/** What the mail is for: a link for each purpose, or why there is none. */
export type EmailOccasion = 'register' | 'add' | 'reset' | 'taken' | 'unknown'

interface Words {
  readonly subject: string
  readonly body: string
}

interface Both {
  readonly sv: Words
  readonly en: Words
}

const words = (occasion: EmailOccasion, server: string): Both =>
  ({
    register: {
      sv: {
        subject: 'Bekräfta din e-postadress',
        body: `Någon, troligen du, vill skapa ett konto på ${server} med den här e-postadressen. Öppna länken och bekräfta adressen:`,
      },
      en: {
        subject: 'Confirm your e-mail address',
        body: `Someone, probably you, wants to create an account at ${server} with this e-mail address. Open the link and confirm the address:`,
      },
    },
    add: {
      sv: {
        subject: 'Bekräfta din e-postadress',
        body: `Någon, troligen du, vill lägga till den här e-postadressen till sitt konto på ${server}. Öppna länken och bekräfta adressen:`,
      },
      en: {
        subject: 'Confirm your e-mail address',
        body: `Someone, probably you, wants to add this e-mail address to their account at ${server}. Open the link and confirm the address:`,
      },
    },
    reset: {
      sv: {
        subject: 'Välj ett nytt lösenord',
        body: `Någon, troligen du, vill välja ett nytt lösenord för kontot på ${server} som har den här e-postadressen. Öppna länken och bekräfta att det är du:`,
      },
      en: {
        subject: 'Choose a new password',
        body: `Someone, probably you, wants to choose a new password for the account at ${server} that has this e-mail address. Open the link and confirm that it is you:`,
      },
    },
    taken: {
      sv: {
        subject: 'E-postadressen används redan',
        body: `Någon, troligen du, ville använda den här e-postadressen på ${server}. Den hör redan till ett konto där. Logga in på det; har du glömt lösenordet kan du välja ett nytt.`,
      },
      en: {
        subject: 'The e-mail address is in use',
        body: `Someone, probably you, wanted to use this e-mail address at ${server}. It belongs to an account there already. Log in to it; if you have forgotten the password you can choose a new one.`,
      },
    },
    unknown: {
      sv: {
        subject: 'Inget konto har den här e-postadressen',
        body: `Någon, troligen du, ville välja ett nytt lösenord på ${server}, men inget konto med lösenord har den här e-postadressen där. Försök med en annan adress, eller fråga dem som sköter servern.`,
      },
      en: {
        subject: 'No account has this e-mail address',
        body: `Someone, probably you, wanted to choose a new password at ${server}, but no account with a password has this e-mail address there. Try another address, or ask those who run the server.`,
      },
    },
  })[occasion]

const endings = {
  sv: {
    withLink: 'Länken gäller i en timme. Bekräfta bara om det var du som bad om den. ',
    ignore: 'Var det inte du behöver du inte göra något.',
  },
  en: {
    withLink: 'The link is good for one hour. Confirm only if you asked for it. ',
    ignore: 'If it was not you, you need not do anything.',
  },
} as const

/** @param link of the page that confirms the address; undefined for an occasion without one. */
export function emailMail(
  occasion: EmailOccasion,
  { to, serverName, link }: { to: string; serverName: string; link: string | undefined },
): Mail {
  const { sv, en } = words(occasion, serverName)
  const ending = (language: 'sv' | 'en') =>
    (link === undefined ? '' : endings[language].withLink) + endings[language].ignore
  const paragraphs = (language: 'sv' | 'en', { body }: Words): readonly string[] => [
    body,
    ...(link === undefined ? [] : [link]),
    ending(language),
  ]
  return {
    to,
    fromName: serverName,
    subject: `${sv.subject} / ${en.subject}`,
    text: [...paragraphs('sv', sv), '--', ...paragraphs('en', en)].join('\n\n'),
    html: page(section('sv', sv, link, ending('sv')), section('en', en, link, ending('en')), sv.subject).text,
  }
}

const page = (swedish: Html, english: Html, title: string): Html =>
  html`<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>${title}</title></head>
<body>${swedish}<hr>${english}</body></html>
`

const section = (language: string, { subject, body }: Words, link: string | undefined, ending: string): Html =>
  html`<div lang="${language}"><h1>${subject}</h1><p>${body}</p>${
    link === undefined ? '' : html`<p><a href="${link}">${link}</a></p>`
  }<p>${ending}</p></div>`
