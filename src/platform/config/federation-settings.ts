// How we talk to other servers.

import { z } from 'zod'
import { duration, flag, list, path, text } from './value-types.ts'

export const federation = z
  .strictObject({
    enabled: flag('Whether to talk to other servers at all.').default(true),
    allow_private_addresses: flag(
      'Whether other servers and push gateways may be at private, loopback or link-local addresses. Off, a hostile server name cannot make us reach into the inner network.',
    ).default(false),
    ca_file: path(
      'PEM file with certificate authorities that are trusted for other servers, beside the usual ones.',
    ).optional(),
    notaries: list(
      'Servers that are asked for the signing keys of servers that cannot be reached.',
      text('Server name.', 'a server name'),
      'a list of server names',
    ).default([]),
    connect_timeout: duration('Time to connect to another server.').prefault('10s'),
    request_timeout: duration('Time for another server to answer.').prefault('60s'),
    first_retry: duration('Pause before a server that did not answer is tried again; it doubles each time.').prefault(
      '1s',
    ),
    longest_retry: duration(
      'A server that does not answer is tried again after longer and longer pauses, at most this long.',
    ).prefault('1h'),
    cache_failures: flag(
      'Whether it is remembered for some minutes that a server name led nowhere. Off, every attempt asks the domain name system anew.',
    ).default(true),
    share_device_names: flag('Whether other servers are told the names of people’s devices.').default(false),
  })
  .prefault({})
  .meta({ description: 'Other servers.' })
