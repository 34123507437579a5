// Text as PostgreSQL can keep it: without zero bytes and without halves of surrogate pairs.

export const storable = (text: string | null | undefined): string | null =>
  text?.replaceAll('\0', '').toWellFormed() ?? null
