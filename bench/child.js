import { fork } from 'node:child_process'
import { openSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/** Servers have one core, and what asks them, PostgreSQL and the issuer the other. */
const cores = { server: 0, others: Math.min(1, cpus().length - 1) }

/** Starts a file of this folder in a process of its own, on a core of its own. Its standard output, and so its log, goes nowhere. */
export function startChild (file, core, nodeOptions = []) {
  const child = fork(join(import.meta.dirname, file), [], {
    execPath: 'taskset',
    execArgv: ['-c', String(cores[core]), process.execPath, ...nodeOptions],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit', 'ipc']
  })
  return {
    ask: message => new Promise((resolve, reject) => {
      const onExit = code => { reject(new Error(`${file} ended with code ${code}`)) }
      child.once('exit', onExit)
      child.once('message', answer => {
        child.off('exit', onExit)
        if (answer.error === undefined) resolve(answer)
        else reject(new Error(answer.error))
      })
      child.send(message)
    }),
    stop: () => new Promise(resolve => {
      // One that ended by itself, which whoever asked it is told.
      if (!child.connected) {
        resolve()
        return
      }
      child.once('exit', resolve)
      child.disconnect()
    })
  }
}
