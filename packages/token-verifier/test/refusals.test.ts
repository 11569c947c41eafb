import type { TokenOptions } from '@latchkey/test-issuer'
import { request } from 'node:http'
import t from 'tap'
import { startApp, startLoggingApp, trust } from './helpers/app.js'
import { startIssuer } from './helpers/issuer.js'
import { rawToken, segmentsOf } from './helpers/raw-token.js'

const seconds = Math.floor(Date.now() / 1000)

t.test('the Authorization header', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  const token = await issuer.idToken()

  t.match(await get(), { status: 200, body: { identity: null } }, 'a guest')
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    t.match(await get(`${scheme} ${token}`), { status: 200, body: { identity: { subject: 'user-1', profileId: 'main', issuer: issuer.issuer } } }, scheme)
  }
  const refused = ['', 'Bearer', `Basic ${token}`, token, `Bearer ${token} ${token}`, `Bearer ${token},Bearer ${token}`, `Bearer "${token}"`, 'Bearer lk_secret', `Bearer ${token}.`, `Bearer ${token}=`]
  for (const header of refused) t.match(await get(header), { status: 401, reason: 'malformed' }, header.slice(0, 20))
})

t.test('two Authorization headers, by a real connection', async t => {
  const issuer = await startIssuer(t)
  const { app } = await startApp(t, { issuers: [trust(issuer)] })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const token = await issuer.idToken()
  const send = async (headers: string[]): Promise<number | undefined> => await new Promise((resolve, reject) => {
    request(url, { headers: ['Host', 'localhost', ...headers] }, response => { response.resume(); resolve(response.statusCode) }).once('error', reject).end()
  })
  t.equal(await send(['Authorization', `Bearer ${token}`]), 200)
  t.equal(await send(['Authorization', `Bearer ${token}`, 'authorization', 'Bearer nonsense']), 401)
  t.equal(await send(['Authorization', '']), 401, 'an empty one')
})

const expired = { status: 401, body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED', message: /^Token expired$/ } }
const refusedFor = (reason: string) => ({ status: 401, reason, body: { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', message: /^Token invalid$/ } })

const tokens: [string, TokenOptions, object][] = [
  ['another issuer', { claims: { iss: 'https://evil.example.com' } }, refusedFor('unknown_issuer')],
  ['no issuer', { claims: { iss: undefined } }, refusedFor('unknown_issuer')],
  ['another audience', { claims: { aud: 'mobile' } }, refusedFor('audience_mismatch')],
  ['several audiences without azp', { claims: { aud: ['web', 'mobile'] } }, refusedFor('audience_mismatch')],
  ['azp of another client', { claims: { azp: 'mobile' } }, refusedFor('audience_mismatch')],
  ['the type of an access token', { header: { typ: 'at+jwt' } }, refusedFor('wrong_token_use')],
  ['the use of an access token', { claims: { token_use: 'access' } }, refusedFor('wrong_token_use')],
  ['the key id of nobody', { header: { kid: 'invented' } }, refusedFor('key_not_found')],
  ['a key id that is no string', { header: { kid: 7 } }, refusedFor('malformed')],
  ['a critical extension', { header: { crit: ['exp'] } }, refusedFor('malformed')],
  ['no algorithm', { header: { alg: undefined } }, refusedFor('bad_signature')],
  ['nbf in an hour', { claims: { nbf: seconds + 3600 } }, refusedFor('not_yet_valid')],
  ['iat in an hour', { claims: { iat: seconds + 3600 } }, refusedFor('not_yet_valid')],
  ['no exp', { claims: { exp: undefined } }, refusedFor('missing_claim')],
  ['no sub', { claims: { sub: undefined } }, refusedFor('missing_claim')],
  ['no email', { claims: { email: undefined } }, refusedFor('missing_claim')],
  ['an end a minute ago', { expiresIn: -60 }, expired]
]
t.test('each fault of a token has its own refusal', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  for (const [what, options, answer] of tokens) t.match(await get(`Bearer ${await issuer.idToken(options)}`), answer, what)
  t.match(await get(`Bearer ${await issuer.forgedToken()}`), refusedFor('bad_signature'), 'another key')
  t.match(await get(`Bearer ${await issuer.forgedToken({ expiresIn: -60 })}`), refusedFor('bad_signature'), 'another key, and expired')
  t.match(await get(`Bearer ${await issuer.idToken({ expiresIn: -10 })}`), { status: 200 }, 'an end within the tolerance')
  t.match(await get(`Bearer ${await issuer.idToken({ claims: { aud: ['web', 'mobile'], azp: 'web' } })}`), { status: 200 }, 'several audiences, with azp')
  t.match(await get(`Bearer ${await issuer.idToken({ header: { kid: undefined } })}`), { status: 200 }, 'no key id, and one key')
})

t.test('the clock tolerance is the configured one', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)], clockToleranceMs: 0 })
  t.match(await get(`Bearer ${await issuer.idToken({ expiresIn: -2 })}`), expired)
})

t.test('a remembered token ends with its exp', async t => {
  const clock = Date.now
  let ahead = 0
  t.intercept(Date, 'now', { value: () => clock() + ahead, configurable: true })
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)], clockToleranceMs: 0 })
  const token = await issuer.idToken({ expiresIn: 60 })
  for (let time = 1; time <= 3; time++) t.equal((await get(`Bearer ${token}`)).status, 200)
  ahead = 60_000
  t.match(await get(`Bearer ${token}`), expired)
})

t.test('an unknown issuer, audience or use is refused before anything is fetched', async t => {
  const issuer = await startIssuer(t)
  const { get } = await startApp(t, { issuers: [trust(issuer)] })
  await get(`Bearer ${await issuer.idToken({ claims: { iss: `${issuer.issuer}/` } })}`)
  await get(`Bearer ${await issuer.idToken({ claims: { aud: 'mobile' } })}`)
  await get(`Bearer ${await issuer.accessToken()}`)
  await get(`Bearer ${await issuer.idToken({ header: { alg: 'HS256' } })}`)
  t.strictSame(issuer.requests, { discovery: 0, jwks: 0 })
})

t.test('an access token of any provider is refused, and the log says so without the token', async t => {
  for (const shape of ['openid', 'cognito', 'auth0'] as const) {
    const issuer = await startIssuer(t, { shape })
    const { get, lines } = await startLoggingApp(t, { issuers: [trust(issuer)] })
    const token = await issuer.accessToken()
    t.match(await get(`Bearer ${token}`), refusedFor('wrong_token_use'), shape)
    const logged = lines.map(line => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'A token was refused')
    t.match(logged, [{ level: 40, reason: 'wrong_token_use', issuers: ['main'], hint: /access token/ }])
    for (const segment of segmentsOf(token)) t.notOk(lines.join().includes(segment), 'nothing of the token is in the log')
    t.match(await get(`Bearer ${await issuer.idToken()}`), { status: 200 })
  }
})

t.test('a token for another client is logged with the expected client IDs and the remedy, and with nothing from the token', async t => {
  const issuer = await startIssuer(t)
  const entries = [trust(issuer), { ...trust(issuer), id: 'phone', clientId: 'phone-1', audiences: ['phone-1', 'phone-2'] }]
  const { get, lines } = await startLoggingApp(t, { issuers: entries })
  const token = await issuer.idToken({ claims: { aud: 'stranger', email: 'jane@example.com' } })
  t.match(await get(`Bearer ${token}`), refusedFor('audience_mismatch'))
  const logged = lines.map(line => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'A token was refused')
  t.match(logged, [{ level: 30, issuers: ['main', 'phone'], hint: 'The token was issued to another client: main takes web; phone takes phone-1, phone-2. Make the app sign in with that client ID, or set clientId (or audiences) to the client ID that the app uses' }])
  t.equal(logged.length, 1)
  for (const said of [...segmentsOf(token), 'stranger', 'jane@example.com']) t.notOk(lines.join().includes(said))
})

t.test('the log lists the trusted issuers for a token of another one, and says by how much a token is too early', async t => {
  const issuer = await startIssuer(t)
  const others = Array.from({ length: 10 }, (_, index) => ({ ...trust(issuer), id: `other-${index}`, issuer: `https://id-${index}.example.com` }))
  const { get, lines } = await startLoggingApp(t, { issuers: [trust(issuer), ...others] })
  await get(`Bearer ${await issuer.idToken({ claims: { iss: 'https://evil.example.com' } })}`)
  await get(`Bearer ${await issuer.idToken({ claims: { iat: Math.floor(Date.now() / 1000) + 600 } })}`)
  const logged = lines.map(line => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'A token was refused')
  t.match(logged, [
    { level: 30, reason: 'unknown_issuer', hint: `The trusted issuers are ${[issuer, ...others.slice(0, 9)].map(({ issuer }) => issuer).join(', ')} and 1 more. Add the token's iss to them, or sign in with one of them` },
    { level: 40, reason: 'not_yet_valid', hint: /^By this machine's clock, the token becomes valid in (600|5[89]\d) seconds\. Correct this machine's clock or the issuer's \(NTP\)$/ }
  ])
  t.notOk(lines.join().includes('evil'))
})

t.test('where no issuer is trusted, the log says so', async t => {
  const issuer = await startIssuer(t)
  const { get, lines } = await startLoggingApp(t, { issuers: [] })
  await get(`Bearer ${await issuer.idToken()}`)
  t.match(lines.join(), /No issuer is trusted/)
})

t.test('refusals are logged with reason and issuer, and without any content of the token', async t => {
  const issuer = await startIssuer(t)
  const { get, lines } = await startLoggingApp(t, { issuers: [trust(issuer)] })
  const secret = 'hunter2'
  for (const token of [
    await issuer.forgedToken({ subject: secret }),
    await issuer.idToken({ header: { kid: secret } }),
    await issuer.idToken({ claims: { iss: `https://${secret}.example.com` } }),
    await issuer.idToken({ claims: { aud: secret } }),
    await issuer.idToken({ subject: secret, expiresIn: -60 }),
    await issuer.idToken({ subject: `${secret}\u0000` }),
    rawToken({ alg: 'ES256' }, `{"sub":"${secret}",}`)
  ]) {
    lines.length = 0
    const { status, body } = await get(`Bearer ${token}`)
    t.equal(status, 401)
    t.ok(lines.length > 0)
    for (const text of [secret, ...segmentsOf(token)]) {
      t.notOk(lines.join().includes(text))
      t.notOk(JSON.stringify(body).includes(text))
    }
  }
  lines.length = 0
  t.match(await get(`Bearer ${await issuer.idToken({ expiresIn: -60 })}`), { status: 401 })
  t.notOk(lines.some(line => line.includes('A token was refused')), 'an expired token is not logged')
  t.match(await get(`Bearer ${await issuer.forgedToken()}`), { status: 401 })
  t.match(lines.map(line => JSON.parse(line) as object).find(line => 'reason' in line), { level: 30, reason: 'bad_signature', issuers: ['main'] })
})
