import pino, { type DestinationStream } from 'pino'

/** Longest time in milliseconds until a line is written. */
const FLUSH_MS = 100
/** How many lines are written at once: about 16 kB. */
const FLUSH_LINES = 64

/**
 * Writes to standard output many lines at a time: a system call per line costs as much as the rest of logging a request.
 * Pino's own stream can buffer too (`minLength`), but measures its whole buffer at every line.
 * The buffer is written when the process exits for any reason, except a signal that the process cannot handle, such as SIGKILL.
 */
class LogStream implements DestinationStream {
  readonly #output = pino.destination({ dest: 1, sync: true })
  /** Lines, and records that are serialized when written: many in a row take less time than one in the middle of each request. */
  #waiting: (string | object)[] = []

  constructor () {
    setInterval(() => { this.#flush() }, FLUSH_MS).unref()
    process.once('exit', () => { this.flushSync() })
  }

  /** @param line as pino creates it, or a record whose values do not change any more */
  write (line: string | object): void {
    this.#waiting.push(line)
    if (this.#waiting.length >= FLUSH_LINES) this.#flush()
  }

  /** Pino calls it before a fatal error ends the process. */
  flushSync (): void {
    this.#flush()
    this.#output.flushSync()
  }

  #flush (): void {
    if (this.#waiting.length === 0) return
    let lines = ''
    for (const line of this.#waiting) lines += typeof line === 'string' ? line : `${JSON.stringify(line)}\n`
    this.#waiting = []
    this.#output.write(lines)
  }
}

export const logStream = new LogStream()
