// Writes docs/manual/configuration.md from the schema: `npm run docs:config`.

import { writeFileSync } from 'node:fs'
import { manualPage } from '#platform/config/config.ts'

writeFileSync(new URL('../docs/manual/configuration.md', import.meta.url), manualPage())
