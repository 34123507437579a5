// HTML that is put together from texts: whatever is not HTML already is escaped. Face of the folder.
// spec: HTML Living Standard §13.1.2 (attributes, quoted), §13.1.3 (text)

/** HTML that may be put into other HTML as it is; made by `html` alone. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => references[character] ?? '')

/** html`<a href="${url}">${name}</a>`: values are escaped, for text and for attributes in quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const texts = values.map((value) => (value instanceof Html ? value.text : escaped(value)))
  return new Html(parts.map((part, index) => part + (texts[index] ?? '')).join(''))
}
