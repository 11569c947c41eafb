import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const bundle = join(import.meta.dirname, '../dist-bundle')

t.test('requests to the embedded provider use no AsyncLocalStorage, which on Node 20 and 22 makes every later promise slower', async t => {
  const script = `
    import { AsyncLocalStorage } from 'node:async_hooks'
    import { createServer, get } from 'node:http'
    let runs = 0
    const { run } = AsyncLocalStorage.prototype
    AsyncLocalStorage.prototype.run = function (...parameters) { runs++; return run.apply(this, parameters) }
    const { Provider } = await import('./oidc-provider.js')
    const server = createServer(new Provider('http://127.0.0.1').callback()).listen(0, '127.0.0.1', () => {
      get({ port: server.address().port, path: '/.well-known/openid-configuration' }, response => {
        console.log(response.statusCode, runs)
        process.exit()
      })
    })`
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], { cwd: bundle })
  t.equal(stdout.trim().split('\n').at(-1), '200 0')
})
