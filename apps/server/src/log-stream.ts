import pino, { type DestinationStream } from 'pino'

/** Milliseconds after which what is logged stands there. */
const FLUSH_MS = 100
/** Characters that are written at once: as many as Docker reads. */
const FLUSH_LENGTH = 16 * 1024

/**
 * Standard output, many lines at a time: a system call for each costs as much as all the rest of logging a request. Pino's own
 * stream can wait for more too (`minLength`), and then measures all that it has at every line.
 * What a process has logged is written when it exits, whatever it exits by, but for a signal that lets it do nothing more.
 */
class LogStream implements DestinationStream {
  readonly #output = pino.destination({ dest: 1, sync: true })
  #lines = ''

  constructor () {
    setInterval(() => { this.#flush() }, FLUSH_MS).unref()
    process.once('exit', () => { this.flushSync() })
  }

  write (line: string): void {
    this.#lines += line
    if (this.#lines.length >= FLUSH_LENGTH) this.#flush()
  }

  /** Pino asks for it before a process ends by a fatal error. */
  flushSync (): void {
    this.#flush()
    this.#output.flushSync()
  }

  #flush (): void {
    if (this.#lines === '') return
    const lines = this.#lines
    this.#lines = ''
    this.#output.write(lines)
  }
}

export const logStream = new LogStream()
