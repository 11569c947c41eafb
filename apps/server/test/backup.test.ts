import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { latchkey } from './cli/helpers/latchkey.js'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** The command in docs/operations.md with this mark. */
async function documented (mark: string): Promise<string> {
  const command = new RegExp(`^\`\`\`sh ${mark}\n([^]*?)^\`\`\`$`, 'm').exec(await readFile(join(repository, 'docs/operations.md'), 'utf8'))?.[1]
  if (command === undefined) throw new Error(`docs/operations.md has no command "${mark}"`)
  return command
}

/** A folder with a folder `data`, like the root of the repository. */
async function folder (t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-backup-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  await mkdir(join(path, 'data'))
  return path
}

async function shell (cwd: string, command: string): Promise<void> {
  await promisify(execFile)('sh', ['-ec', command], { cwd, env: { PATH: process.env.PATH, NODE_PATH: join(repository, 'node_modules') } })
}

/** Damages the SQLite page that contains this text. */
async function damage (file: string, text: string): Promise<void> {
  const content = await readFile(file)
  const found = content.indexOf(text)
  if (found === -1) throw new Error(`${file} has no ${text}`)
  await writeFile(file, content.fill(0xff, found - found % 4096, found - found % 4096 + 8))
}

t.test('on SQLite, a backup of a running server, restored as documented, brings back the earlier state', async t => {
  const path = await folder(t)
  const file = join(path, 'data/latchkey.db')
  const env = { DATABASE_URL: `sqlite:${file}`, LATCHKEY_SECRET_KEY: 'k'.repeat(32), LATCHKEY_ADMIN_EMAIL: 'root@example.com' }
  const started = await serverUnderTest(t, 'sqlite', env)
  const root = await started.issuer.idToken({ subject: 'root', email: 'root@example.com' })
  await graphql(started.server, signUpMutation('root@example.com'), root)
  const made = await graphql(started.server, 'mutation { apiTokenCreate(data: { name: "ci", roles: { connect: [{ name: "Administrator" }] } }) { id token } }', root)
  const { id, token } = made.data?.apiTokenCreate

  await t.rejects(documented('restore sqlite').then(command => shell(path, command)), 'there is no backup yet')
  t.ok((await stat(file)).size > 0, 'and the database stays')
  await shell(path, await documented('backup sqlite'))
  await t.rejects(documented('backup sqlite').then(command => shell(path, command)), 'an existing backup is not overwritten')
  await graphql(started.server, `mutation { apiTokenDelete(filter: { id: "${id}" }) { success } }`, root)
  for (let i = 0; i < 40; i++) await graphql(started.server, `mutation { roleCreate(data: { name: "Later ${i}" }) { id } }`, root)
  t.match((await graphql(started.server, '{ rolesList { count } }', token)).errors, [{ code: 'InvalidTokenError' }])

  started.server.process.kill('SIGKILL')
  await started.server.stop()
  await shell(path, await documented('restore sqlite'))
  await started.restart('SIGTERM')
  t.match(await graphql(started.server, '{ user { email roles { items { name } } } rolesList { count } }', root), { data: { user: { email: 'root@example.com', roles: { items: [{ name: 'Administrator' }] } }, rolesList: { count: 2 } } })
  t.match(await graphql(started.server, '{ rolesList { count } }', token), { data: { rolesList: { count: 2 } } }, 'a token that was revoked since is valid again')
  const doctor = async () => (await latchkey(env)('doctor', '--json')).json().checks.find(({ name }: { name: string }) => name === 'database')
  t.match(await doctor(), { state: 'ok' })

  await started.server.stop()
  await damage(file, 'root@example.com')
  t.match(await doctor(), { state: 'problem', detail: /^the file is damaged: /, remedy: /restore a backup/ })
})
