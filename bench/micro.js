/** Measures single parts in one process, without HTTP: verifying a token, compiling and running a filter, deciding. */
import { compileFilter, parseFilter } from '@latchkey/record-filter'
import { createVerifier } from 'fast-jwt'
import { Bench } from 'tinybench'
import { latchkeySqlite } from './databases.js'
import { clientId, idOf, people, readTokens, startIssuer, tokenCount } from './inputs.js'
import { createLatchkey } from './latchkey-app.js'

const filter = { OR: [{ email: { ends_with: '@example.com' }, status: { equals: 'active' } }, { id: { is_self: true } }] }
/** Roles of one user, so that their filters and fields add up. */
const roles = Array.from({ length: 9 }, (_, index) => ({
  name: `Reader ${index}`,
  permissions: { data: { Users: { read: { allow: true, fields: { id: true, email: index % 2 === 0 }, filter: { lastName: { equals: String(index) } } } } } }
}))

/** @returns a row for each part: its name, operations per second, and the median time in µs */
export async function measureParts (report) {
  const issuer = await startIssuer()
  const app = await createLatchkey({ databaseUrl: await latchkeySqlite(issuer), issuer, logLevel: 'silent', roles })
  try {
    const bench = new Bench({ time: 2000, warmupTime: 500 })
    addVerification(bench, app, issuer)
    addFilters(bench, app)
    addDecisions(bench, app)
    bench.addEventListener('cycle', ({ task }) => { report(task.name) })
    await bench.run()
    return bench.tasks.map(({ name, result }) => {
      if (result.error !== undefined) throw result.error
      return [name, Math.round(result.throughput.p50).toLocaleString('en'), (result.latency.p50 * 1000).toFixed(2)]
    })
  } finally {
    await app.close()
    issuer.close()
  }
}

function addVerification (bench, app, { issuer, publicKeyPem }) {
  const { tokenVerifier, authProfiles } = app
  const tokens = readTokens()
  const fastJwt = createVerifier({ key: publicKeyPem, algorithms: ['RS256'], allowedIss: issuer, allowedAud: clientId, requiredClaims: ['iss', 'aud', 'exp', 'sub', 'email'], cache: false })
  const turns = { fastJwt: 0, fresh: 0, turn: 0, resolve: 0 }
  const next = (which, count) => tokens[turns[which]++ % count]
  bench.add('fast-jwt alone, without its cache, with a given key', () => { fastJwt(next('fastJwt', tokenCount)) })
  bench.add('verify a new token', async () => { await tokenVerifier.verify(app, next('fresh', tokenCount)) })
  bench.add('verify one of 2,000 tokens in turn', async () => { await tokenVerifier.verify(app, next('turn', 2000)) })
  bench.add('verify the same token again', async () => { await tokenVerifier.verify(app, tokens[0]) })
  bench.add('verify a new token and resolve its user', async () => { await authProfiles.resolve(await tokenVerifier.verify(app, next('resolve', tokenCount))) })
  bench.add('verify the same token again and resolve its user', async () => { await authProfiles.resolve(await tokenVerifier.verify(app, tokens[0])) })
}

function addFilters (bench, app) {
  const table = app.rolePermissions.tables.get('Users')
  const parsed = parseFilter(filter, table)
  const variables = { __loggedInUserId: idOf(0) }
  const query = app.db.selectFrom('latchkey_users').select('id').where(compileFilter(parsed, { dialect: 'sqlite', variables, alias: 'latchkey_users' })).limit(1)
  bench.add('parse a filter with three conditions', () => { parseFilter(filter, table) })
  bench.add('compile it to SQL', () => { compileFilter(parsed, { dialect: 'sqlite', variables }) })
  bench.add('query with it: the first record of 10,000', async () => { await query.execute() })
}

function addDecisions (bench, app) {
  const { rolePermissions } = app
  const principal = names => ({ kind: 'user', userId: idOf(people - 1), email: 'somebody@example.com', roles: names.map(name => rolePermissions.find({ name }).id) })
  const administrator = principal(['Administrator'])
  const member = principal(['Member'])
  const readers = principal(roles.map(({ name }) => name))
  bench.add('decide for an administrator', () => { rolePermissions.can(administrator, 'read', { table: 'Users' }) })
  bench.add('decide for one role with a filter and fields', () => { rolePermissions.can(member, 'read', { table: 'Users' }) })
  bench.add('decide for nine such roles', () => { rolePermissions.can(readers, 'read', { table: 'Users' }) })
  bench.add('the same, with the record filter as SQL', () => { rolePermissions.can(readers, 'read', { table: 'Users' }).rowFilter() })
  bench.add('a refusal', () => { rolePermissions.can(member, 'delete', { table: 'Users' }) })
}
