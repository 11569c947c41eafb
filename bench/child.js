import { fork } from 'node:child_process'
import { openSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/** Servers have one core; the load generator, PostgreSQL and the issuer have the other. */
const cores = { server: 0, others: Math.min(1, cpus().length - 1) }

/** Runs a file of this folder in its own process, on the given core. Its standard output, and so its log, is discarded. */
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
      // It has already exited, and a pending question has been rejected.
      if (!child.connected) {
        resolve()
        return
      }
      child.once('exit', resolve)
      child.disconnect()
    })
  }
}
