import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { openApp } from './helpers/app.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app: { apiTokens } } = await openApp(t, dialect)

    t.test('what runs with a change sees it, before and after, and undoes it by failing', async t => {
      const seen: unknown[] = []
      const inTransaction = async (_transaction: unknown, change: unknown) => { seen.push(change) }
      const { token } = await apiTokens.create({ name: 'ci', roles: [] }, { inTransaction })
      const updated = await apiTokens.update(token.id, { name: 'build' }, { inTransaction })
      const failing = { inTransaction: async () => { throw new Error('no') } }
      await t.rejects(apiTokens.create({ name: 'other', roles: [] }, failing), { message: 'no' })
      await t.rejects(apiTokens.update(token.id, { name: 'other' }, failing), { message: 'no' })
      await t.rejects(apiTokens.delete(token.id, failing), { message: 'no' })
      t.strictSame(await apiTokens.list(), [updated])
      await apiTokens.delete(token.id, { inTransaction })
      t.strictSame(seen, [{ before: null, after: token }, { before: token, after: updated }, { before: updated, after: null }])
    })

    t.test('a token that does not meet the condition is not found', async t => {
      const { token } = await apiTokens.create({ name: 'deploy', roles: [] })
      const onlyCi = { where: sql<boolean>`latchkey_api_tokens.name = 'ci'` }
      await t.rejects(apiTokens.update(token.id, { name: 'ci' }, onlyCi), { code: 'API_TOKENS_ERR_NOT_FOUND' })
      await t.rejects(apiTokens.delete(token.id, onlyCi), { code: 'API_TOKENS_ERR_NOT_FOUND' })
      t.strictSame(await apiTokens.list(), [token])
    })
  })
}
