// Why a listener cannot listen, for the person who starts the server.

export function cannotListen(name: string, host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const where = `${host}:${port} (listener "${name}")`
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use by another program. Stop it, or choose another port in the configuration.`,
    EACCES: `This user may not listen on ${where}. Choose a port above 1023, or give the service CAP_NET_BIND_SERVICE.`,
    EADDRNOTAVAIL: `${where} is not an address of this machine. Check "host" in the configuration.`,
  }
  return new Error(sentences[cause.code ?? ''] ?? `Cannot listen on ${where}: ${cause.message}`, { cause })
}
