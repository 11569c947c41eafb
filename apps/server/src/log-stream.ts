import pino from 'pino'

/** Milliseconds after which what is logged stands there. */
const FLUSH_MS = 100

/**
 * Standard output, a few kilobytes at a time: a system call for each line costs as much as all the rest of logging a request.
 * What a process has logged is written when it exits, whatever it exits by, but for a signal that lets it do nothing more.
 */
export const logStream = pino.destination({ dest: 1, sync: true, minLength: 4096, periodicFlush: FLUSH_MS })

process.once('exit', () => { logStream.flushSync() })
