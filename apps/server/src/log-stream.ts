import pino, { type DestinationStream } from 'pino'

/** Milliseconds after which what is logged stands there. */
const FLUSH_MS = 100
/** Lines that are written at once: some 16 kB. */
const FLUSH_LINES = 64

/**
 * Standard output, many lines at a time: a system call for each costs as much as all the rest of logging a request. Pino's own
 * stream can wait for more too (`minLength`), and then measures all that it has at every line.
 * What a process has logged is written when it exits, whatever it exits by, but for a signal that lets it do nothing more.
 */
class LogStream implements DestinationStream {
  readonly #output = pino.destination({ dest: 1, sync: true })
  /** Lines, and records that become lines when they are written: many in a row take less time than each in the middle of its request. */
  #waiting: (string | object)[] = []

  constructor () {
    setInterval(() => { this.#flush() }, FLUSH_MS).unref()
    process.once('exit', () => { this.flushSync() })
  }

  /** @param line as pino makes it, or a record of values that stay as they are */
  write (line: string | object): void {
    this.#waiting.push(line)
    if (this.#waiting.length >= FLUSH_LINES) this.#flush()
  }

  /** Pino asks for it before a process ends by a fatal error. */
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
