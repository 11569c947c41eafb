import { dialects } from '@latchkey/test-databases'
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import { sql } from 'kysely'
import t from 'tap'
import { profileOf, startApp } from './helpers/app.js'

const password = 'correct horse battery'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    // A second use of a refresh token is one too many, at once.
    const running = await startApp(t, dialect, { refreshTokenReuseSeconds: 0 })
    const provider = running.app.providerEmbedded.createProvider(profileOf())

    async function confirmedAccount (email: string) {
      const account = await provider.signUpWithPassword({ email, password, firstName: 'Ada', lastName: 'Lovelace' })
      const { code } = await running.smtp.nth(email, 1)
      await provider.confirmEmail({ email, code, password })
      return account
    }

    t.test('an account signs in once its address is confirmed, with the claims in the ID token', async t => {
      const email = 'Ada@Example.com'
      const signedUp = await provider.signUpWithPassword({ email, password, firstName: 'Ada', lastName: 'Lovelace' })
      t.equal(signedUp.emailVerified, false)
      await t.rejects(provider.signInWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED' })
      await t.rejects(provider.signInWithPassword({ email, password: 'not the password' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
      const { code } = await running.smtp.nth('ada@example.com', 1)
      await provider.confirmEmail({ email, code, password })

      const tokens = await provider.signInWithPassword({ email: ' ada@EXAMPLE.com', password })
      const discovery = await (await fetch(`${running.url}/oidc/.well-known/openid-configuration`)).json() as { issuer: string, jwks_uri: string }
      t.equal(discovery.issuer, `${running.url}/oidc`)
      const keys = await (await fetch(discovery.jwks_uri)).json() as JSONWebKeySet
      const { payload, protectedHeader } = await jwtVerify(tokens.idToken, createLocalJWKSet(keys), { issuer: provider.issuer.issuer, audience: 'default' })
      t.equal(protectedHeader.alg, 'RS256')
      t.match(payload, { sub: signedUp.subject, email: 'ada@example.com', email_verified: true, given_name: 'Ada', family_name: 'Lovelace' })
      t.equal(tokens.idTokenExpiresAt, new Date((payload.exp ?? 0) * 1000).toISOString())
    })

    t.test('tokens of a password sign-in are those of the OpenID provider', async t => {
      await confirmedAccount('grace@example.com')
      const tokens = await provider.signInWithPassword({ email: 'grace@example.com', password })
      const userinfo = await fetch(`${running.url}/oidc/me`, { headers: { authorization: `Bearer ${tokens.accessToken}` } })
      t.match(await userinfo.json(), { email: 'grace@example.com', email_verified: true })
    })

    t.test('a refreshed token says when it was that somebody signed in', async t => {
      await confirmedAccount('refreshing@example.com')
      const begun = Math.floor(Date.now() / 1000)
      const first = await provider.signInWithPassword({ email: 'refreshing@example.com', password })
      const { auth_time: authTime, iat } = decodeJwt(first.idToken)
      t.ok((authTime as number) >= begun && (authTime as number) <= (iat as number))
      await new Promise(resolve => setTimeout(resolve, 1100))
      const second = await provider.refreshTokens({ refreshToken: first.refreshToken as string })
      t.match(decodeJwt(second.idToken), { auth_time: authTime })
      t.match(decodeJwt((await provider.refreshTokens({ refreshToken: second.refreshToken as string })).idToken), { auth_time: authTime })
    })

    t.test('a refresh token works once; using it again ends all that came of it', async t => {
      await confirmedAccount('joan@example.com')
      const first = await provider.signInWithPassword({ email: 'joan@example.com', password })
      const other = await provider.signInWithPassword({ email: 'joan@example.com', password })
      const second = await provider.refreshTokens({ refreshToken: first.refreshToken as string })
      t.not(second.refreshToken, first.refreshToken)
      await t.rejects(provider.refreshTokens({ refreshToken: first.refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      await t.rejects(provider.refreshTokens({ refreshToken: second.refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' }, 'the newer one as well')
      await t.resolves(provider.refreshTokens({ refreshToken: other.refreshToken as string }), 'another sign-in is another family')
    })

    for (const model of ['RefreshToken', 'AccessToken']) {
      t.test(`a refresh token whose request fails while the database does not keep a new ${model} is as good as before, and works once`, async t => {
        const { db } = running.app
        const email = `${model.toLowerCase()}@example.com`
        await confirmedAccount(email)
        const { refreshToken } = await provider.signInWithPassword({ email, password }) as { refreshToken: string }
        if (dialect === 'sqlite') await sql`create trigger full_disk before insert on latchkey_embedded_records when new.model = ${sql.lit(model)} begin select raise(abort, 'no space left'); end`.execute(db)
        else {
          await sql`create function full_disk() returns trigger language plpgsql as 'begin raise ''no space left''; end'`.execute(db)
          await sql`create trigger full_disk before insert on latchkey_embedded_records for each row when (new.model = ${sql.lit(model)}) execute function full_disk()`.execute(db)
        }
        await t.rejects(provider.refreshTokens({ refreshToken }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
        if (dialect === 'sqlite') await sql`drop trigger full_disk`.execute(db)
        else await sql`drop function full_disk cascade`.execute(db)
        const next = await provider.refreshTokens({ refreshToken })
        await t.resolves(provider.refreshTokens({ refreshToken: next.refreshToken as string }))
        await t.rejects(provider.refreshTokens({ refreshToken }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      })
    }

    t.test('for a client that refreshes twice at once, a refresh token works again for as long as it is told, and ends the sign-in later', async t => {
      const lenient = (await startApp(t, dialect, { refreshTokenReuseSeconds: 60, copyOf: running })).app.providerEmbedded.createProvider(profileOf())
      await confirmedAccount('alan@example.com')
      const { refreshToken } = await lenient.signInWithPassword({ email: 'alan@example.com', password })
      const given = await Promise.all(Array.from({ length: 8 }, () => lenient.refreshTokens({ refreshToken: refreshToken as string })))
      t.equal(new Set(given.map(tokens => tokens.refreshToken)).size, 8)
      const next = await lenient.refreshTokens({ refreshToken: given[0]?.refreshToken as string })
      // As if they had been used a minute earlier.
      const { db } = running.app
      for (const { id, consumed_at: consumedAt } of await db.selectFrom('latchkey_embedded_records').select(['id', 'consumed_at']).where('consumed_at', 'is not', null).execute()) {
        await db.updateTable('latchkey_embedded_records').set({ consumed_at: new Date(Date.parse(consumedAt as string) - 60_000).toISOString() }).where('id', '=', id).execute()
      }
      await t.rejects(lenient.refreshTokens({ refreshToken: refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      await t.rejects(lenient.refreshTokens({ refreshToken: next.refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
    })

    t.test('of many uses at once at most one gets tokens, and they end with the family', async t => {
      await confirmedAccount('edith@example.com')
      const { refreshToken } = await provider.signInWithPassword({ email: 'edith@example.com', password })
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => provider.refreshTokens({ refreshToken: refreshToken as string })))
      const given = results.filter(result => result.status === 'fulfilled')
      t.ok(given.length <= 1)
      for (const result of given) await t.rejects(provider.refreshTokens({ refreshToken: result.value.refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      t.ok(results.every(result => result.status === 'fulfilled' || (result.reason as { code: string }).code === 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED'))
    })

    t.test('a refresh token of one profile is none of another', async t => {
      const other = running.app.providerEmbedded.createProvider(profileOf({ id: 'other' }))
      await confirmedAccount('mary@example.com')
      const { refreshToken } = await provider.signInWithPassword({ email: 'mary@example.com', password })
      await t.rejects(other.refreshTokens({ refreshToken: refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      await other.close?.()
    })

    t.test('a changed password ends other sign-ins, and keeps the one that changed it', async t => {
      const email = 'rosalind@example.com'
      await confirmedAccount(email)
      const [mine, theirs] = [await provider.signInWithPassword({ email, password }), await provider.signInWithPassword({ email, password })]
      await t.rejects(provider.changePassword({ email, oldPassword: 'wrong wrong', newPassword: 'another good one' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
      await provider.changePassword({ email, oldPassword: password, newPassword: 'another good one', refreshToken: mine.refreshToken as string })
      await t.rejects(provider.refreshTokens({ refreshToken: theirs.refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      await t.resolves(provider.refreshTokens({ refreshToken: mine.refreshToken as string }))
      await t.rejects(provider.signInWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
      await t.resolves(provider.signInWithPassword({ email, password: 'another good one' }))
    })

    t.test('a forgotten password is replaced by the emailed code, once, which ends every sign-in', async t => {
      const email = 'hedy@example.com'
      await confirmedAccount(email)
      const { refreshToken } = await provider.signInWithPassword({ email, password })
      await provider.forgotPassword({ email })
      const { code } = await running.smtp.nth(email, 2)
      await t.rejects(provider.confirmForgottenPassword({ email, code, newPassword: 'password' }), { code: 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD' })
      await provider.confirmForgottenPassword({ email, code, newPassword: 'another good one' })
      await t.rejects(provider.confirmForgottenPassword({ email, code, newPassword: 'a third good one' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
      await t.rejects(provider.refreshTokens({ refreshToken: refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      await t.resolves(provider.signInWithPassword({ email, password: 'another good one' }))
    })

    t.test('one address has one account, however many sign up at once', async t => {
      const email = 'many@example.com'
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => provider.signUpWithPassword({ email, password })))
      t.equal(results.filter(result => result.status === 'fulfilled').length, 1)
      t.ok(results.every(result => result.status === 'fulfilled' || (result.reason as { code: string }).code === 'IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS'))
    })

    t.test('a deleted account is gone with its tokens; deleting it again is no error', async t => {
      const email = 'gone@example.com'
      const { subject } = await confirmedAccount(email)
      const { refreshToken } = await provider.signInWithPassword({ email, password })
      await provider.deleteAccount({ subject, email })
      await provider.deleteAccount({ subject, email })
      await t.rejects(provider.refreshTokens({ refreshToken: refreshToken as string }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
      await t.rejects(provider.signInWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
    })

    t.test('nothing that can be used is stored as it is, and none of it is logged', async t => {
      const email = 'stored@example.com'
      await confirmedAccount(email)
      const tokens = await provider.signInWithPassword({ email, password })
      const { code } = await running.smtp.nth(email, 1)
      const tables = ['latchkey_embedded_accounts', 'latchkey_embedded_records', 'latchkey_embedded_codes', 'latchkey_embedded_keys'] as const
      const stored = JSON.stringify(await Promise.all(tables.map(async table => await running.app.db.selectFrom(table).selectAll().execute())))
      for (const [what, secret] of Object.entries({ password, refreshToken: tokens.refreshToken as string, accessToken: tokens.accessToken as string, privateKey: '"d":' })) t.notOk(stored.includes(secret), `${what} is not in the database`)
      const logged = running.log.join('')
      for (const [what, secret] of Object.entries({ password, refreshToken: tokens.refreshToken as string, idToken: tokens.idToken, code: `"${code}"` })) t.notOk(logged.includes(secret), `${what} is in no log`)
    })
  })
}
