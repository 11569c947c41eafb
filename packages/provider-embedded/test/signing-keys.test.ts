import { dialects } from '@latchkey/test-databases'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { profileOf, startApp, type TestApp } from './helpers/app.js'
import { confirmedAccount, password } from './helpers/client.js'

const email = 'ada@example.com'
const quick = { keyPollSeconds: 0.1 }

const open = ({ app }: TestApp) => app.providerEmbedded.createProvider(profileOf())
async function publishedBy ({ url }: TestApp): Promise<string[]> {
  const { keys } = await (await fetch(`${url}/oidc/jwks`)).json() as { keys: { kid: string, d?: string }[] }
  if (keys.some(key => key.d !== undefined)) throw new Error('a private key is published')
  return keys.map(key => key.kid)
}
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60_000).toISOString()
async function until (condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (await condition()) return true
  return false
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('a new key is published first and signs later, on every instance without a restart; the old one stays', async t => {
      const first = await startApp(t, dialect, quick)
      const second = await startApp(t, dialect, { ...quick, copyOf: first })
      const [mine, other] = [open(first), open(second)]
      await confirmedAccount(first, email)
      const before = await mine.signInWithPassword({ email, password })
      const [oldKid] = await publishedBy(first)
      t.strictSame(await publishedBy(second), [oldKid], 'instances share their keys')

      const begun = Date.now()
      const { kid, signsFrom } = await first.app.providerEmbedded.rotateKeys()
      t.ok((await publishedBy(first)).includes(kid))
      t.ok(await until(async () => (await publishedBy(second)).includes(kid)), 'the other instance publishes it')
      t.ok(Date.parse(signsFrom) > begun, 'later than it was created')
      t.ok(await until(async () => decodeProtectedHeader((await other.signInWithPassword({ email, password })).idToken).kid === kid), 'the other instance signs with it')
      const after = await other.signInWithPassword({ email, password })
      const keys = createRemoteJWKSet(new URL(`${first.url}/oidc/jwks`))
      for (const { idToken } of [before, after]) await t.resolves(jwtVerify(idToken, keys, { audience: 'default' }))
      t.equal(decodeProtectedHeader(before.idToken).kid, oldKid)

      const longAgo = new Date(Date.now() - 3 * 60 * 60_000).toISOString()
      await first.app.db.updateTable('latchkey_embedded_keys').set({ signs_from: longAgo }).where('kid', '=', kid).execute()
      t.ok(await until(async () => !(await publishedBy(first)).includes(oldKid as string)), 'the old key goes when its last token has expired')
      t.equal((await first.app.db.selectFrom('latchkey_embedded_keys').select('kid').execute()).length, 1)
    })

    t.test('a key that is old enough is replaced automatically', async t => {
      const running = await startApp(t, dialect, quick)
      const [kid] = await publishedBy(running)
      await running.app.db.updateTable('latchkey_embedded_keys').set({ created_at: daysAgo(91) }).execute()
      t.ok(await until(async () => (await publishedBy(running)).length === 2))
      t.ok(await until(async () => (await publishedBy(running))[0] !== kid))
    })

    t.test('simultaneous rotations create few keys, and all agree', async t => {
      const running = await startApp(t, dialect, quick)
      const results = await Promise.all(Array.from({ length: 5 }, () => running.app.providerEmbedded.rotateKeys()))
      t.equal(new Set(results.map(result => result.kid)).size, 1)
    })

    t.test('keys are encrypted under secretKey, which must stay the same; plain ones are encrypted once there is one', async t => {
      const plain = await startApp(t, dialect, { secretKey: undefined })
      const stored = async () => (await plain.app.db.selectFrom('latchkey_embedded_keys').select('private_jwk').executeTakeFirstOrThrow()).private_jwk
      t.match(await stored(), '"d":')
      const [kid] = await publishedBy(plain)
      const sealed = await startApp(t, dialect, { copyOf: plain })
      t.strictSame(await publishedBy(sealed), [kid])
      t.notMatch(await stored(), '"d":')
      await t.rejects(startApp(t, dialect, { copyOf: plain, secretKey: 'another secret of thirty-two characters' }), { code: 'PROVIDER_EMBEDDED_ERR_SECRET_KEY' })
      await t.rejects(startApp(t, dialect, { copyOf: plain, secretKey: undefined }), { code: 'PROVIDER_EMBEDDED_ERR_SECRET_KEY' })
    })

    t.test('after a change of secretKey the previous one is needed once: keys are re-encrypted at startup and keep signing', async t => {
      const first = await startApp(t, dialect)
      const published = await publishedBy(first)
      const secretKey = 'another secret of thirty-two characters'
      const rotated = await startApp(t, dialect, { copyOf: first, secretKey, previousSecretKeys: ['a secret of at least thirty-two characters'] })
      t.strictSame(await publishedBy(rotated), published)
      t.strictSame(await publishedBy(await startApp(t, dialect, { copyOf: first, secretKey })), published, 'the previous one is no longer needed')
      await t.rejects(startApp(t, dialect, { copyOf: first }), { code: 'PROVIDER_EMBEDDED_ERR_SECRET_KEY' })
    })

    t.test('without upkeep, an app only reads keys, and creates, removes and encrypts none', async t => {
      const first = await startApp(t, dialect)
      const { kid } = await first.app.providerEmbedded.rotateKeys()
      const published = await publishedBy(first)
      await first.app.close()

      const looking = { ...quick, copyOf: first, upkeep: false }
      const secretKey = 'another secret of thirty-two characters'
      const reader = await startApp(t, dialect, { ...looking, secretKey, previousSecretKeys: ['a secret of at least thirty-two characters'] })
      const stored = async () => [await reader.app.db.selectFrom('latchkey_embedded_keys').selectAll().orderBy('generation').execute(), await reader.app.db.selectFrom('latchkey_embedded_secrets').selectAll().execute()]
      t.strictSame(await publishedBy(reader), published)
      await reader.app.db.updateTable('latchkey_embedded_keys').set({ created_at: daysAgo(91) }).execute()
      await reader.app.db.updateTable('latchkey_embedded_keys').set({ signs_from: daysAgo(1) }).where('kid', '=', kid).execute()
      const before = await stored()
      await sleep(500)
      t.strictSame(await publishedBy(reader), [kid])
      t.strictSame(await stored(), before)
      await t.rejects(startApp(t, dialect, { ...looking, secretKey }), { code: 'PROVIDER_EMBEDDED_ERR_SECRET_KEY' })
      await t.rejects(startApp(t, dialect, { ...looking, secretKey: undefined }), { code: 'PROVIDER_EMBEDDED_ERR_SECRET_KEY' })
      t.strictSame(await stored(), before)

      await reader.app.db.deleteFrom('latchkey_embedded_keys').execute()
      t.strictSame(await publishedBy(await startApp(t, dialect, looking)), [])
      t.strictSame(await stored(), [[], []])
    })

    t.test('keys in the old encryption format are read and re-encrypted', async t => {
      const running = await startApp(t, dialect)
      const secretKey = 'a secret of at least thirty-two characters'
      const published = await publishedBy(running)
      const plain = await startApp(t, dialect, { secretKey: undefined })
      const { private_jwk: stored, kid } = await plain.app.db.selectFrom('latchkey_embedded_keys').select(['private_jwk', 'kid']).executeTakeFirstOrThrow()
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', Buffer.from(hkdfSync('sha256', secretKey, 'latchkey-embedded', 'signing-keys', 32)), iv).setAAD(Buffer.from(kid))
      const encrypted = Buffer.concat([cipher.update(stored.replace('plain:', ''), 'utf8'), cipher.final()])
      const old = `sealed:${Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url')}`
      const { db } = running.app
      await db.updateTable('latchkey_embedded_keys').set({ kid, private_jwk: old }).execute()
      const [read] = await publishedBy(await startApp(t, dialect, { copyOf: running }))
      t.equal(read, kid)
      t.not(read, published[0])
      t.match((await db.selectFrom('latchkey_embedded_keys').select('private_jwk').executeTakeFirstOrThrow()).private_jwk, /^sealed:sb1\./)

      await db.updateTable('latchkey_embedded_keys').set({ kid: 'moved' }).execute()
      await t.rejects(startApp(t, dialect, { copyOf: running }), { code: 'PROVIDER_EMBEDDED_ERR_SECRET_KEY' }, 'ciphertext is valid only for its own kid')
    })
  })
}

t.test('postgres: instances that start at once create one key', async t => {
  const first = await startApp(t, 'postgres')
  await first.app.db.deleteFrom('latchkey_embedded_keys').execute()
  const copies = await Promise.all(Array.from({ length: 4 }, () => startApp(t, 'postgres', { copyOf: first })))
  const published = await Promise.all(copies.map(publishedBy))
  t.equal(new Set(published.flat()).size, 1)
})

t.test('a verifier in the same process gets the public keys of the key set', async t => {
  const running = await startApp(t, 'sqlite')
  const { keys = async () => [] } = running.app.providerEmbedded.createProvider({ id: 'other', name: 'Other' }).issuer
  await running.app.providerEmbedded.rotateKeys()
  const given = await keys() as { kid: string }[]
  t.strictSame(given.map(({ kid }) => kid), await publishedBy(running))
  for (const key of given) t.strictSame(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
})
