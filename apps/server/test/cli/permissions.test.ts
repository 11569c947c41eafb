import { databaseUrl, dialects } from '@latchkey/test-databases'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { startServer } from '../../dist-demo/running-server.js'
import { folder, inTurn, latchkey } from './helpers/latchkey.js'

const own = { id: { equals: '__loggedInUserId' } }
const editor = { name: 'Editor', permissions: { data: { Users: { read: { allow: true }, update: { allow: true, fields: { firstName: true }, filter: own } } } } }

const changed = {
  roles: [
    { name: 'Guest', permissions: { data: { Users: { read: { allow: true, fields: { email: true } } } } } },
    { name: 'Reader', permissions: { data: { Users: { read: { allow: true } } } } }
  ]
}
const differences = ['- removed role Editor: may read Users; update Users.firstName where {"id":{"equals":"__loggedInUserId"}}', '+ Guest may now read Users.email', '+ new role Reader: may read Users']

t.test('roles are exported, compared and linted, from a database and from files', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const file = await folder(t)
  const cli = latchkey({ DATABASE_URL: url })
  t.match(await cli('permissions', 'export'), { code: 2, stderr: /there is no database .*: start the server once/ })
  t.notOk(existsSync(url.slice('sqlite:'.length)), 'it creates no database')
  await (await startServer({ config: { roles: [editor] }, env: { DATABASE_URL: url, LOG_LEVEL: 'error' } })).stop()

  const same = await file('same.json', '')
  t.match(await cli('permissions', 'export', '--file', same), { code: 0, stdout: `Wrote 3 roles to ${same}\n` })
  t.strictSame(JSON.parse(await readFile(same, 'utf8')), {
    roles: [{ name: 'Administrator', description: 'People who administer this app', permissions: { all: true } }, editor, { name: 'Guest', description: 'Requests without a token', permissions: {} }]
  })
  t.match(await latchkey({ DATABASE_URL: url, LATCHKEY_CONFIG: same })('permissions', 'lint'), { code: 0, stdout: 'No findings.\n' }, 'an export is a valid configuration file')

  const other = await file('other.json', changed)
  t.match(await cli('permissions', 'diff', other), { code: 1, stdout: ['- removed role Administrator: has full access', ...differences, ''].join('\n') })
  t.match(await cli('permissions', 'apply', other), { code: 1, stderr: /Nothing was changed/ }, 'it was not confirmed')
  t.match(await cli('permissions', 'apply', other, '--dry-run', '--prune'), { code: 1, stdout: [...differences, ''].join('\n') })
  const broken = await file('broken.json', [{ name: 'Fine', permissions: {} }, { name: 'Reader', permissions: { data: { Uzers: { read: { allow: true } } } } }])
  t.match(await cli('permissions', 'apply', broken, '--yes'), { code: 2, stdout: '', stderr: /Reader: .*data\.Uzers is not a table; did you mean Users\?/ })
  t.match(await cli('permissions', 'diff', same), { code: 0, stdout: 'No differences.\n' }, 'none of these commands changed anything')
  t.match(await cli('permissions', 'lint', other, '--json').then(({ json }) => json()), { findings: [{ rule: 'guest-unfiltered', role: 'Guest', path: 'data.Users.read' }] })
})

for (const dialect of dialects) {
  t.test(`${dialect}: the running server follows what is applied`, async t => {
    const url = await databaseUrl(t, dialect)
    const file = await folder(t)
    const cli = latchkey({ DATABASE_URL: url })
    const running = await startServer({ config: { roles: [editor] }, env: { DATABASE_URL: url, LOG_LEVEL: 'error' } })
    const other = await file('other.json', changed)
    try {
      const asked = async (): Promise<string> => {
        const response = await fetch(`${running.url}/graphql?query={user(email:"nobody@example.com"){id}}`)
        return (await response.json() as { errors: { code: string }[] }).errors[0]?.code ?? 'none'
      }
      t.equal(await asked(), 'NotAuthorizedError')
      const applied = await cli('permissions', 'apply', other, '--yes', '--prune', '--json')
      t.match([applied.code, applied.json()], [0, { applied: true, differences: [{ kind: 'missing', role: 'Editor' }, { kind: 'more', role: 'Guest' }, { kind: 'new', role: 'Reader' }] }])
      // The server checks once a second, when a request arrives.
      for (let tries = 0; tries < 600 && await asked() === 'NotAuthorizedError'; tries++) await new Promise(resolve => setTimeout(resolve, 100))
      t.equal(await asked(), 'EntityNotFoundError')
    } finally {
      await running.stop()
    }
    const found = await cli('permissions', 'lint')
    t.equal(found.code, 1)
    t.match(found.stdout, /^Guest: data\.Users\.read \(guest-unfiltered\)\n {2}a request without a token can read every record of Users, but only the fields email\n {2}Remedy: add a filter/)

    const fresh = await databaseUrl(t, dialect)
    const notThere = await cli('permissions', 'diff', '--database', fresh)
    t.match(notThere, { code: 2, stderr: dialect === 'sqlite' ? /there is no database .*: start the server once/ : /the database is not up to date \(.*\): start the server of this version once/ })
    await (await startServer({ env: { DATABASE_URL: fresh, LOG_LEVEL: 'error' } })).stop()
    t.match(await cli('permissions', 'diff', '--database', fresh), { code: 1, stdout: '- Guest may no longer read Users.email\n- removed role Reader: may read Users\n' }, 'two databases')
  })
}

t.test('wrong arguments are refused, and help is available', async t => {
  const cli = latchkey({})
  const misuses: [string[], RegExp][] = [
    [[], /^$/],
    [['permission'], /there is no command permission/],
    [['permissions'], /permissions needs one of export, diff, apply or lint/],
    [['permissions', 'show'], /there is no command permissions show/],
    [['permissions', 'diff'], /permissions diff needs a file/],
    [['permissions', 'apply'], /permissions apply needs a file/],
    [['permissions', 'apply', 'x', '--json'], /add --yes or --dry-run/],
    [['permissions', 'lint', '--prune'], /permissions lint has no option --prune/],
    [['permissions', 'export', 'x'], /use --file to write to a file/],
    [['permissions', 'diff', 'x', 'y'], /unexpected argument y/],
    [['permissions', 'lint', '--what'], /Unknown option '--what'/],
    [['permissions', 'diff', 'nowhere.json'], /nowhere\.json cannot be read \(ENOENT\)/]
  ]
  const outcomes = await inTurn(misuses, async ([args]) => await cli(...args))
  for (const [index, [args, message]] of misuses.entries()) t.match(outcomes[index], { code: 2, stderr: message }, args.join(' '))
  const file = await folder(t)
  for (const [json, message] of [
    ['{', /is not valid JSON/], [{}, /must be a list of roles/], [[1], /roles\.0 must be an object/], [[{ name: 'A', permissions: {}, id: '1' }], /roles\.0\.id is unknown/],
    [[{ name: 'A' }], /roles\.0\.permissions must be an object/], [[{ name: 'A', permissions: {}, description: 1 }], /roles\.0\.description/], [[{ permissions: {} }], /roles\.0\.name/]
  ] as const) t.match(await cli('permissions', 'lint', await file('bad.json', json)), { code: 2, stderr: message })
  for (const args of [['--help'], ['permissions', '--help'], ['permissions', 'diff', '-h']]) t.match(await cli(...args), { code: 0, stdout: /^Usage: latchkey/, stderr: '' })
})
