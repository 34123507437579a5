// The manual page of the configuration, made from the schema. `npm run docs:config` writes it; a test keeps it current.

import { type Outline, outlineOfConfig } from './outline.ts'

const introduction = `# Configuration

<!-- Made from src/platform/config by \`npm run docs:config\`. Change the descriptions there. -->

Samband runs without any configuration. What differs from the defaults goes into one YAML file, named by \`samband --config <file>\` or
\`SAMBAND_CONFIG\`, for example:

\`\`\`yaml
data: /var/lib/samband
database:
  url_file: /etc/samband/database-url
listeners:
  - host: 0.0.0.0
    port: 8448
    tls:
      certificates:
        - certificate: /etc/samband/tls/fullchain.pem
          key: /etc/samband/tls/key.pem
tenants:
  - server_name: kommun.example
\`\`\`

Every setting can also come from the environment, which stands above the file: \`SAMBAND_\`, then the name in capitals, with two
underscores for each step down and a number for each item of a list: \`SAMBAND_LOG__LEVEL=debug\`,
\`SAMBAND_LISTENERS__0__PORT=8448\`.

An unknown name or a wrong value stops the start with its place (\`file:line:column\`), what was expected, and the nearest valid name.
\`samband doctor\` checks a configuration without starting. A name without a value counts as absent. Relative paths start at the
folder of the configuration file. Durations are written \`30s\`, \`5m\`, \`12h\`, \`7d\`; sizes \`512KiB\`, \`50MiB\`, \`2GiB\`.
`

export function manualPage(): string {
  const root = outlineOfConfig()
  const single = [...root.names].filter(([, outline]) => !isGroup(outline))
  const groups = [...root.names].filter(([, outline]) => isGroup(outline))
  const sections = groups.map(([name, outline]) => section(name, outline))
  return `${[introduction, `## General\n\n${table(single)}`, ...sections].join('\n')}`
}

function section(name: string, outline: Outline): string {
  const isList = outline.item !== undefined
  const lead = isList ? `${outline.description} A list; each item has:` : outline.description
  return `## ${name}\n\n${lead}\n\n${table(rowsOf(outline.item ?? outline, ''))}`
}

/** Settings of a group and of the groups inside it, with their names from here. */
function rowsOf(outline: Outline, prefix: string): [string, Outline][] {
  return [...outline.names].flatMap(([name, inner]): [string, Outline][] => {
    const full = `${prefix}${name}`
    if (!isGroup(inner)) return [[full, inner]]
    const below = inner.item ? `${full}[].` : `${full}.`
    const heading: [string, Outline][] = inner.description === '' ? [] : [[full, inner]]
    return [...heading, ...rowsOf(inner.item ?? inner, below)]
  })
}

function isGroup(outline: Outline): boolean {
  return outline.names.size > 0 || (outline.item?.names.size ?? 0) > 0
}

function table(rows: readonly (readonly [string, Outline])[]): string {
  const lines = rows.map(([name, outline]) => {
    const what = isGroup(outline) && !outline.item ? '' : outline.expected
    return `| \`${name}\` | ${cell(what)} | ${cell(defaultOf(outline))} | ${cell(outline.description)} |`
  })
  return ['| setting | value | default | meaning |', '| --- | --- | --- | --- |', ...lines, ''].join('\n')
}

function defaultOf(outline: Outline): string {
  if (isGroup(outline)) return ''
  if (outline.default !== undefined) return `\`${JSON.stringify(outline.default)?.replaceAll('"', '')}\``
  return outline.required ? 'must be given' : 'none'
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
