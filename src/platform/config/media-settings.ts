// Files that people send.

import { z } from 'zod'
import { duration, flag, path, size, whole } from './value-types.ts'

export const media = z
  .strictObject({
    folder: path('Where files are kept. In the data folder unless told.').optional(),
    largest_upload: size('Largest file that may be uploaded.').prefault('50MiB'),
    largest_download: size('Largest file that is fetched from another server.').prefault('100MiB'),
    thumbnails: z
      .strictObject({
        enabled: flag('Whether smaller versions of images are made.').default(true),
        largest_pixels: whole(
          'Images with more pixels get none: a small file can hold a huge image.',
          1,
          1_000_000_000,
        ).default(50_000_000),
      })
      .prefault({})
      .meta({ description: 'Smaller versions of images.' }),
    remote_cache: z
      .strictObject({
        largest: size('Room for files of other servers; the ones longest unused are removed first.').prefault('10GiB'),
        keep: duration('How long an unused file of another server is kept.').prefault('30d'),
      })
      .prefault({})
      .meta({ description: 'Copies of files of other servers.' }),
    unauthenticated_paths: flag('Whether the old download paths, which ask nobody who they are, still answer.').default(
      false,
    ),
  })
  .prefault({})
  .meta({ description: 'Files that people send.' })
