// The terminal of this process.

import type { Io } from './io.ts'

/** A password is never longer; standard input may be endless. */
const LONGEST_LINE = 4096

interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown }
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** @param streams those of the process; questions go to standard error, so that output can be piped */
export function terminal({ stdin, stdout, stderr }: Streams): Io {
  return {
    out: (text) => void stdout.write(`${text}\n`),
    error: (text) => void stderr.write(`${text}\n`),
    canAsk: stdin.isTTY === true,
    askSecret: async (question) => {
      stderr.write(question)
      stdin.setRawMode?.(true)
      try {
        return await readSecret(stdin)
      } finally {
        stdin.setRawMode?.(false)
        stderr.write('\n')
      }
    },
    readLine: () => readFirstLine(stdin),
  }
}

/** Reads keys until Enter. The terminal shows nothing of it, since it is in raw mode: so we see to the keys that edit. */
function readSecret(stdin: NodeJS.ReadableStream): Promise<string> {
  let secret = ''
  return reading(stdin, (text) => {
    for (const key of text) {
      if (key === '\r' || key === '\n') return secret
      if (key === '\u0003' || key === '\u0004') throw new Error('Broken off. Nothing was changed.')
      if (key === '\u007f' || key === '\b') secret = [...secret].slice(0, -1).join('')
      else if (key === '\u0015') secret = ''
      else if (secret.length < LONGEST_LINE) secret += key
    }
    return undefined
  })
}

function readFirstLine(stdin: NodeJS.ReadableStream): Promise<string> {
  let read = ''
  const line = (text: string, isEnd: boolean): string | undefined => {
    read += text
    const end = read.search(/\r?\n/)
    if (end === -1 && !isEnd && read.length <= LONGEST_LINE) return undefined
    const first = end === -1 ? read : read.slice(0, end)
    if (first.length > LONGEST_LINE)
      throw new Error(`The line on standard input is longer than ${LONGEST_LINE} characters.`)
    return first
  }
  return reading(stdin, line)
}

/** Hands text to `take` until it gives an answer or throws; then leaves the stream paused, with nothing of ours on it. */
function reading(
  stdin: NodeJS.ReadableStream,
  take: (text: string, isEnd: boolean) => string | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      stdin.off('data', onData).off('end', onEnd)
      stdin.pause()
    }
    const offer = (text: string, isEnd: boolean) => {
      try {
        const answer = take(text, isEnd)
        if (answer === undefined && !isEnd) return
        stop()
        if (answer === undefined) reject(new Error('Standard input ended before an answer came. Nothing was changed.'))
        else resolve(answer)
      } catch (error) {
        stop()
        reject(error)
      }
    }
    const onData = (chunk: Buffer | string) => offer(String(chunk), false)
    const onEnd = () => offer('', true)
    stdin.setEncoding('utf8')
    stdin.on('data', onData).on('end', onEnd)
    stdin.resume()
  })
}
